//! The runtime every controller shares: keyed queue, lease, retry, observe-plan-act.
