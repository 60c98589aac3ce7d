/// Why the policies were refused, at start.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// A line of `config/casbin_policy.csv`.
    #[error("config/casbin_policy.csv:{line}: {reason}")]
    Policy {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A permission that is no `module:resource:action`, or is defined twice.
    #[error("permission {0:?} is not module:resource:action, or is defined twice")]
    Permission(&'static str),
    /// The model, or casbin itself.
    #[error(transparent)]
    Casbin(#[from] casbin::Error),
}
