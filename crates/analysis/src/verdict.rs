//! Whether a canary is worse than the stable version: a test that may be looked at as often as one likes.
//!
//! # The question
//! In every interval (*block*) both versions answered some requests, some of them badly. Is a request to the canary more
//! likely to end badly than one to the stable version? The answer must hold however often somebody looked on the way, for
//! an analysis looks every interval and stops as soon as it may.
//!
//! # The mathematics
//! Let a block hold `n_s` requests to stable and `n_c` to canary, `m` of them bad in all, `y` of the bad ones the canary's.
//! If both versions fail alike, then, *given* `n_s`, `n_c` and `m`, every choice of which `m` requests are the bad ones is
//! equally likely: `y` is hypergeometric, whatever the probability of failure is. If the odds of failure are `ψ` times as
//! high on the canary, `y` is Fisher's noncentral hypergeometric, with probabilities proportional to `h(y)·ψ^y`, where `h`
//! are the hypergeometric ones. The likelihood ratio of a block against `ψ = 1` is
//!
//! ```text
//! E_ψ = ψ^y / Σ_x h(x)·ψ^x
//! ```
//!
//! Its expectation is 1 if the versions fail alike, and at most 1 if the canary fails *less* (for `ψ > 1` it grows with
//! `y`, and `y` is then stochastically smaller). So it is an **e-value** for "the canary is not worse", and so is every
//! average over several `ψ`. The product over blocks is a non-negative supermartingale; by Ville's inequality the chance
//! that it *ever* reaches `1/α` is at most `α`. That is the whole guarantee: look every interval, for ever, and a canary
//! that is not worse is failed with probability at most `α`.
//!
//! The same likelihoods give a **confidence sequence** of `ψ`: all `ψ₀` against which the average over a prior of `ψ` has
//! not yet reached `1/α`. It holds at all times at once. The canary has *passed* when everything in it is below what is
//! tolerated.
//!
//! What is gained by conditioning on `m`: nothing has to be known or learnt of the rate of failures, it may change from
//! block to block (the load of a day, a failing dependency that hits both versions), arms may be of any sizes, and little
//! power is lost, since for rare failures `m` says next to nothing of `ψ`.
//!
//! # Assumptions
//! - Within a block, given how many requests went where, the requests of both versions fail independently, with one
//!   probability for each version. How many go where may depend on the past, not on how requests of this block will end.
//! - Counts are of the interval, not since the beginning of time; a counter that went back has been set to zero.
//!
//! # When requests do not fail independently
//! Retries and one bad pod make failures come in clumps: then `y` varies more than hypergeometric. The **dispersion** is
//! how much more: Pearson's `(y − E y)² / Var y`, averaged over blocks seen *before*, never below what is declared, and
//! pulled towards a declared guess as long as few blocks were seen. Each block's log likelihoods are divided by it. With
//! clumps of `c` failures every count is `c` times one of independent failures, and dividing by `c` gives the independent
//! ones' e-value back. This is a correction, not a theorem; `cargo xtask bench verdict` shows how it does.
//!
//! Where nobody declared anything, the counts themselves are asked. If failures of a version are independent and its
//! share of failures stays the same, `Σ (y_i − n_i·p̂)² / (n_i·p̂·(1 − p̂))` over its `k` blocks is about `k − 1`, with a
//! variance of `2(k − 1)(1 − 1/T)` given that `T` requests failed in all. When both versions' statistics together are more than two
//! standard deviations beyond, all log likelihoods are divided by statistic over degrees of freedom, `c`; and by at least 5
//! as long as one version was seen in fewer than five blocks, which cannot tell a clump from a rate. **This costs
//! nothing of the guarantee**, however `c ≥ 1` is chosen: for likelihood ratios `M_ψ` with weights `w_ψ`, the power `1/c` is
//! concave, so `Σ w_ψ·M_ψ^(1/c) ≤ (Σ w_ψ·M_ψ)^(1/c)`, and what reaches `1/α ≥ 1` divided reaches it undivided. It can only hold
//! where otherwise there would be a verdict: a share of failures that changes with time is taken for clumps too.
//!
//! # Latency
//! Buckets of a histogram give, for each bound, how many requests took longer: two proportions again. The average of the
//! bounds' e-values is an e-value for "at no bound is the canary slower", for the expectation of an average is the average of
//! expectations, however the bounds hang together; see [`log_average`]. The canary has passed when at every bound the confidence sequence of
//! `α` divided by the number of bounds is below what is tolerated.
//!
//! Start reading at [`Evidence`].

mod evidence;
mod hypergeometric;
mod ratios;
mod scatter;

pub use evidence::{Block, Dispersion, Evidence, Interval, log_average};
