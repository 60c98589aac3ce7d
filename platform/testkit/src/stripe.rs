use std::{
    hash::{BuildHasher, RandomState},
    sync::{LazyLock, mpsc},
    thread,
};

use stripe_double::{Double, Options};
use tokio::sync::{Mutex, MutexGuard};

use crate::START;

/// The double of Stripe that all tests of a program share, since providers are those of the process. It lives on a thread of
/// its own: a test's runtime ends with the test.
static DOUBLE: LazyLock<Double> = LazyLock::new(|| {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            // A database outlives a run of tests, and with it the accounts that are connected: other names each time.
            let seed = RandomState::new().hash_one(std::process::id());
            let options = Options { now: Some(start()), seed, ..Options::default() };
            tell.send(stripe_double::start(options).await.expect("a double of Stripe"))
                .expect("somebody waits");
            std::future::pending::<()>().await;
        });
    });
    told.recv().expect("a double of Stripe")
});

/// Signs events of connected accounts.
pub const CONNECT_SECRET: &str = "whsec_test_connect";

fn start() -> i64 {
    START.parse::<events::Instant>().expect("an instant").timestamp().as_second()
}

/// The double of Stripe; one test at a time has its clock and faults.
pub struct StripeTurn {
    /// The double.
    pub double: &'static Double,
    _turn: MutexGuard<'static, ()>,
}

impl StripeTurn {
    /// Waits for its turn; the clock stands at [`START`], nothing goes wrong, and no event leaves by itself.
    pub async fn take() -> Self {
        static TURN: Mutex<()> = Mutex::const_new(());
        let turn = TURN.lock().await;
        let double = &*DOUBLE;
        double.clear_faults();
        double.set_clock(start());
        Self { double, _turn: turn }
    }
    /// `Stripe-Signature` of a body that is sent `at` that Unix second.
    #[must_use]
    pub fn signature(secret: &str, at: i64, body: &str) -> String {
        stripe_double::signature(secret, at, body)
    }
}

/// How applications of tests reach it.
pub(crate) fn settings() -> [(&'static str, String); 6] {
    let base = DOUBLE.base_url.as_str();
    [
        ("STRIPE__API_URL", format!("{base}/")),
        ("STRIPE__JS_URL", format!("{base}/v3/")),
        ("STRIPE__SECRET_KEY", "sk_test_platform".to_owned()),
        ("STRIPE__PUBLISHABLE_KEY", "pk_test_platform".to_owned()),
        ("STRIPE__WEBHOOK_SECRET", CONNECT_SECRET.to_owned()),
        ("STRIPE__APPLICATION_FEE", "250".to_owned()),
    ]
}
