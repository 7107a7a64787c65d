//! The plan of a sync: phases, waves, prunes, results.
