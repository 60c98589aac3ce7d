//! Debian 13's compiler and its WebAssembly library, fetched through the system's own package mirror (apt checks the
//! signatures) and unpacked without installing anything.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::{
    sources::lock,
    toolchain::{SHORT, run},
};

const UPDATE: Duration = Duration::from_secs(120);
const DOWNLOAD: Duration = Duration::from_secs(240);
const UNPACK: Duration = Duration::from_secs(60);
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// What the compiler and its linker need, down to the C library, so that they run on any Linux.
const PACKAGES: [&str; 19] = [
    "rustc",
    "libstd-rust-dev",
    "libstd-rust-dev-wasm32",
    "lld-19",
    "libllvm19",
    "libc6",
    "libgcc-s1",
    "libstdc++6",
    "zlib1g",
    "libxml2",
    "libedit2",
    "libffi8",
    "libz3-4",
    "libzstd1",
    "liblzma5",
    "libbsd0",
    "libmd0",
    "libtinfo6",
    "libicu76",
];

/// The machine as Debian names it.
struct Machine {
    debian: &'static str,
    libraries: &'static str,
    loader: &'static str,
}

fn machine() -> Result<Machine, String> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok(Machine {
            debian: "amd64",
            libraries: "usr/lib/x86_64-linux-gnu",
            loader: "ld-linux-x86-64.so.2",
        }),
        ("linux", "aarch64") => Ok(Machine {
            debian: "arm64",
            libraries: "usr/lib/aarch64-linux-gnu",
            loader: "ld-linux-aarch64.so.1",
        }),
        (system, processor) => {
            Err(format!("none is installed, and none can be fetched for {system} on {processor}"))
        }
    }
}

/// Folder with `rustc` and `rust-lld`, made on first use.
pub(crate) fn unpacked() -> Result<PathBuf, String> {
    let machine = machine()?;
    let cache = cache_folder()?;
    fs::create_dir_all(&cache).map_err(|error| format!("{}: {error}", cache.display()))?;
    let _turn = lock(&cache.join("lock")).map_err(|error| error.to_string())?;
    let root = cache.join("trixie");
    let bin = root.join("wbin");
    if !bin.join("rustc").is_file() {
        fetch(&cache, &root, &machine)?;
    }
    run(Command::new(bin.join("rustc")).arg("-V"), SHORT).map_err(|text| {
        // A half-made or foreign copy is made anew the next time.
        fs::remove_dir_all(&root).ok();
        format!("the unpacked compiler does not run ({})", text.trim())
    })?;
    Ok(bin)
}

fn cache_folder() -> Result<PathBuf, String> {
    let given = std::env::var_os("XDG_CACHE_HOME").filter(|it| !it.is_empty()).map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    given
        .or_else(home)
        .map(|it| it.join("wasm-toolchain"))
        .ok_or_else(|| "there is no home folder".to_owned())
}

fn fetch(cache: &Path, root: &Path, machine: &Machine) -> Result<(), String> {
    let downloads = cache.join("debs");
    let part = cache.join("trixie.part");
    for folder in [&downloads, &part] {
        fs::remove_dir_all(folder).ok();
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    download(&Apt::new(cache, machine)?, &downloads)?;
    unpack(&downloads, &part)?;
    write_wrappers(&part, root, machine).map_err(|error| format!("{}: {error}", part.display()))?;
    fs::remove_dir_all(root).ok();
    fs::rename(&part, root).map_err(|error| format!("{}: {error}", root.display()))?;
    fs::remove_dir_all(&downloads).ok();
    Ok(())
}

/// apt with lists, cache and sources of its own; the system's settings (proxies) stay in force.
struct Apt {
    options: Vec<String>,
}

impl Apt {
    fn new(cache: &Path, machine: &Machine) -> Result<Self, String> {
        let apt = cache.join("apt");
        for folder in ["lists/partial", "archives/partial"] {
            fs::create_dir_all(apt.join(folder)).map_err(|error| format!("{}: {error}", apt.display()))?;
        }
        let mirror =
            mirror().ok_or("none is installed, rustup could not fetch one, and there is no Debian mirror")?;
        let source = format!("deb [signed-by={KEYRING} arch={}] {mirror} trixie main\n", machine.debian);
        for (file, text) in [("sources.list", source.as_str()), ("status", "")] {
            fs::write(apt.join(file), text).map_err(|error| format!("{}: {error}", apt.display()))?;
        }
        let at = |name: &str| apt.join(name).display().to_string();
        let options = vec![
            format!("Dir::Etc::SourceList={}", at("sources.list")),
            "Dir::Etc::SourceParts=-".to_owned(),
            "Dir::Etc::Preferences=-".to_owned(),
            "Dir::Etc::PreferencesParts=-".to_owned(),
            format!("Dir::State::Lists={}", at("lists")),
            format!("Dir::State::Status={}", at("status")),
            format!("Dir::Cache={}", at("")),
            format!("Dir::Cache::Archives={}", at("archives")),
            format!("APT::Architecture={}", machine.debian),
            format!("APT::Architectures={}", machine.debian),
            "APT::Sandbox::User=root".to_owned(),
            "APT::Update::Post-Invoke-Success=".to_owned(),
            "Acquire::Languages=none".to_owned(),
            "Acquire::Retries=2".to_owned(),
            "APT::Update::Error-Mode=any".to_owned(),
        ];
        Ok(Self { options })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        for option in &self.options {
            command.arg("-o").arg(option);
        }
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    }
}

fn download(apt: &Apt, folder: &Path) -> Result<(), String> {
    let said = |text: String| format!("Debian's could not be fetched ({})", last_line(&text));
    run(apt.command("apt-get").args(["-qq", "update"]), UPDATE).map_err(said)?;
    let shown = run(apt.command("apt-cache").args(["show", "rustc"]), SHORT).map_err(said)?;
    let version = shown.lines().find_map(|line| line.strip_prefix("Version: ")).unwrap_or_default();
    let release: Vec<&str> = version.splitn(3, '.').take(2).collect();
    let library = format!("libstd-rust-{}", release.join("."));
    let mut fetch = apt.command("apt-get");
    fetch.args(["-qq", "download"]).args(PACKAGES).arg(library).current_dir(folder);
    run(&mut fetch, DOWNLOAD).map_err(said)?;
    Ok(())
}

fn unpack(downloads: &Path, root: &Path) -> Result<(), String> {
    let entries = fs::read_dir(downloads).map_err(|error| error.to_string())?;
    for package in entries.filter_map(Result::ok) {
        run(Command::new("dpkg").arg("-x").arg(package.path()).arg(root), UNPACK)
            .map_err(|text| format!("dpkg: {}", last_line(&text)))?;
    }
    Ok(())
}

/// Starts each program with its own loader and libraries. `root` is where the folder `part` will lie.
fn write_wrappers(part: &Path, root: &Path, machine: &Machine) -> std::io::Result<()> {
    let bin = part.join("wbin");
    fs::create_dir_all(&bin)?;
    let root = root.display();
    let Machine { libraries, loader, .. } = machine;
    for (name, program) in [("rustc", "usr/bin/rustc"), ("rust-lld", "usr/lib/llvm-19/bin/lld")] {
        let script = format!(
            "#!/bin/sh\nexec '{root}/{libraries}/{loader}' --library-path \
             '{root}/{libraries}:{root}/usr/lib/llvm-19/lib' '{root}/{program}' \"$@\"\n"
        );
        let file = bin.join(name);
        fs::write(&file, script)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// The Debian mirror that this machine uses.
fn mirror() -> Option<String> {
    let parts = fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().filter_map(Result::ok);
    let files = [PathBuf::from("/etc/apt/sources.list")].into_iter().chain(parts.map(|entry| entry.path()));
    files.filter_map(|file| fs::read_to_string(file).ok()).find_map(|text| mirror_in(&text))
}

fn mirror_in(sources: &str) -> Option<String> {
    let lines = sources.lines().filter(|line| !line.trim_start().starts_with('#'));
    let is_mirror = |word: &&str| {
        (word.starts_with("http://") || word.starts_with("https://"))
            && word.trim_end_matches('/').ends_with("/debian")
    };
    lines.flat_map(str::split_whitespace).find(is_mirror).map(ToOwned::to_owned)
}

fn last_line(text: &str) -> String {
    text.lines()
        .rfind(|line| !line.trim().is_empty())
        .unwrap_or("no reason given")
        .trim()
        .chars()
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::mirror_in;

    #[test]
    fn the_mirror_is_found_in_both_forms_of_sources() {
        let list = "# deb http://old.example/debian/ x\ndeb [arch=amd64] https://mirror.example/debian/ trixie main\n";
        assert_eq!(mirror_in(list).as_deref(), Some("https://mirror.example/debian/"));
        let deb822 =
            "Types: deb\n# http://snapshot.example/archive/debian/2025\nURIs: http://mirror.example/debian\n";
        assert_eq!(mirror_in(deb822).as_deref(), Some("http://mirror.example/debian"));
        let security =
            "deb http://mirror.example/debian-security x main\ndeb https://other.example/apt stable main\n";
        assert_eq!(mirror_in(security), None);
    }
}
