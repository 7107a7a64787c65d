//! Applications: observe Git and cluster, plan, act.
