//! Passwords: what is accepted, how they are kept, and how many are computed at once.

use std::{
    collections::HashSet,
    sync::{Arc, LazyLock},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use http::StatusCode;
use kernel::{Check, FieldError, Problem};
use tokio::sync::Semaphore;

/// Fewest characters.
pub const SHORTEST: usize = 8;
/// Most characters.
pub const LONGEST: usize = 128;

/// The OWASP recommendation for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// What the password of somebody unknown is compared with, so that it takes as long as for somebody known.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmUhIQ$Ux4zoMyDW2JudZ5ya4PPy7K4X2YRw+UXjwHsUC6M2uo";

/// Passwords that very many people use, the most frequent first, of [`SHORTEST`] characters and more.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../../data/common-passwords.txt").lines().collect());

/// Holds a new password against the rules: 8 to 128 characters, none of the common ones, not the person's own e-mail.
///
/// Nothing is computed over a longer one: it is refused before.
pub fn check(check: &mut Check, field: &str, password: &str, email: &str) {
    let count = password.chars().take(LONGEST + 1).count();
    if count == 0 {
        check.wrong(FieldError::new(field, "required"));
    } else if count < SHORTEST {
        check.wrong(FieldError::new(field, "too_short").arg("min", SHORTEST));
    } else if count > LONGEST {
        check.wrong(FieldError::new(field, "too_long").arg("max", LONGEST));
    } else if is_guessable(password, email) {
        check.wrong(FieldError::new(field, "password_common"));
    }
}

fn is_guessable(password: &str, email: &str) -> bool {
    let password = password.trim().to_lowercase();
    let local = email.split('@').next().unwrap_or_default();
    let one_character = password.chars().all(|c| password.starts_with(c));
    COMMON.contains(password.as_str()) || password == email || password == local || one_character
}

/// Computes and compares hashes, so many at once as there are processors; others wait.
#[derive(Clone)]
pub struct Hasher {
    places: Arc<Semaphore>,
}

impl Hasher {
    /// With so many places; each takes 19 MiB while it is used.
    #[must_use]
    pub fn new(places: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places.max(1))) }
    }
    /// The hash of a password, as a PHC string.
    ///
    /// # Errors
    /// 503 when the machine is too busy, 500 when argon2 fails.
    pub async fn hash(&self, password: &str, salt: [u8; 16]) -> Result<String, Problem> {
        let password = password.to_owned();
        self.run(move || {
            let salt = SaltString::encode_b64(&salt).map_err(Problem::internal)?;
            let hash = argon2()?.hash_password(password.as_bytes(), &salt).map_err(Problem::internal)?;
            Ok(hash.to_string())
        })
        .await
    }
    /// Whether a password is the one of a stored hash. Without a hash the same work is done, and the answer is no.
    ///
    /// # Errors
    /// 503 when the machine is too busy, 500 when argon2 fails.
    pub async fn verify(&self, password: &str, stored: Option<String>) -> Result<bool, Problem> {
        let fits = password.chars().take(LONGEST + 1).count() <= LONGEST;
        // A password that nobody can have is not worth its length in work, but as much time as any other.
        let password = if fits { password.to_owned() } else { String::new() };
        self.run(move || {
            let known = fits && stored.is_some();
            let stored = stored.unwrap_or_else(|| NOBODY.to_owned());
            let parsed = PasswordHash::new(&stored).map_err(Problem::internal)?;
            let same = argon2()?.verify_password(password.as_bytes(), &parsed).is_ok();
            Ok(same && known)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let busy = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy");
        let wait = std::time::Duration::from_secs(5);
        let place = tokio::time::timeout(wait, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| busy())?.map_err(|_| busy())?;
        tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        })
        .await
        .map_err(Problem::internal)?
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new(std::thread::available_parallelism().map_or(2, Into::into))
    }
}

fn argon2() -> Result<Argon2<'static>, Problem> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(Problem::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn code(password: &str) -> Option<&'static str> {
        let mut rules = Check::new();
        check(&mut rules, "password", password, "anna.lee@example.com");
        rules.finish().err().and_then(|problem| problem.fields.first().map(|field| field.code))
    }

    #[test]
    fn what_is_accepted() {
        for good in
            ["correct horse", "a-b-c-d-", "пароль-для-всех", &"ab".repeat(64), " leading and trailing "]
        {
            assert_eq!(code(good), None, "{good}");
        }
        for (bad, why) in [
            ("", "required"),
            ("1234567", "too_short"),
            ("ääääää1", "too_short"),
            (&"ab".repeat(65), "too_long"),
            (&"x".repeat(10_000), "too_long"),
            ("password", "password_common"),
            ("Sunshine", "password_common"),
            ("aaaaaaaaaaaa", "password_common"),
            ("Anna.Lee@example.com", "password_common"),
            ("anna.lee", "password_common"),
        ] {
            assert_eq!(code(bad), Some(why), "{bad:.20}");
        }
    }

    #[test]
    fn the_list_is_there_and_could_be_typed() {
        assert!(COMMON.len() >= 1_000);
        assert!(COMMON.iter().all(|word| word.chars().count() >= SHORTEST && *word == word.to_lowercase()));
    }

    #[tokio::test]
    async fn only_the_right_password_opens() {
        let hasher = Hasher::new(2);
        let stored = hasher.hash("correct horse", [7; 16]).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(hasher.verify("correct horse", Some(stored.clone())).await.unwrap());
        assert!(!hasher.verify("correct horsf", Some(stored.clone())).await.unwrap());
        assert!(!hasher.verify("", Some(stored.clone())).await.unwrap());
        assert!(!hasher.verify(&"x".repeat(10_000), Some(stored.clone())).await.unwrap());
        assert_ne!(hasher.hash("correct horse", [8; 16]).await.unwrap(), stored, "the salt counts");
    }

    #[tokio::test]
    async fn nobody_takes_as_long_as_somebody() {
        let hasher = Hasher::new(1);
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let stored = hasher.hash("correct horse", [7; 16]).await.unwrap();
        let somebody = PasswordHash::new(&stored).unwrap();
        assert_eq!(
            (nobody.algorithm, nobody.version, &nobody.params),
            (somebody.algorithm, somebody.version, &somebody.params)
        );
        assert_eq!(nobody.hash.map(|hash| hash.len()), somebody.hash.map(|hash| hash.len()));
        assert!(
            !hasher.verify("", None).await.unwrap() && !hasher.verify("correct horse", None).await.unwrap()
        );
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..5 {
            for (known, times) in times.iter_mut().enumerate() {
                let begin = Instant::now();
                let _ = hasher.verify("wrong", (known == 1).then(|| stored.clone())).await.unwrap();
                times.push(begin.elapsed());
            }
        }
        let [nobody, somebody] = times.map(|all| all.into_iter().min().unwrap().as_secs_f64());
        assert!(nobody / somebody > 0.5 && nobody / somebody < 2.0, "{nobody} {somebody}");
    }
}
