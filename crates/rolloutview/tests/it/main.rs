//! Views against what `kubectl-argo-rollouts` prints of the same objects, and against plain words.

mod explained;
mod objects;
mod recorded;
