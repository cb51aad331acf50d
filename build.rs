//! How the program is linked, and the lessons that it carries.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The program's place in memory is known when it is linked. Moved to another one, it would mend some 12,000 addresses
/// at each start, and copy the pages that they stand in: a third of the time that a short script takes.
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let cfg = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    let is_static = cfg("FEATURE").split(',').any(|feature| feature == "crt-static");
    if cfg("OS") == "linux" && cfg("ENV") == "gnu" && !is_static {
        println!("cargo::rustc-link-arg-bins=-no-pie");
        // What unwinds a panic is a part of it then, and no library of its own that is looked up and mapped at each start.
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
    lessons();
    translations();
}

/// The Chinese of English texts: `translations/zh/*.txt` have a paragraph in English in one line, below it the Chinese, and an
/// empty line. The program carries them packed, in the order of the English ones: `src/help/tongue.rs` takes them in.
fn translations() {
    println!("cargo::rerun-if-changed=translations");
    let folder = Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("translations/zh");
    let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut all = std::collections::BTreeMap::new();
    for file in entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
    {
        let text = fs::read_to_string(&file).unwrap_or_default();
        for pair in text.split("\n\n").map(|pair| pair.trim_matches('\n')).filter(|pair| !pair.is_empty()) {
            match pair.split_once('\n') {
                Some((english, chinese)) if !chinese.contains('\n') => {
                    all.insert(english.to_string(), chinese.to_string());
                }
                _ => println!("cargo::error={}: no pair of two lines: {pair}", file.display()),
            }
        }
    }
    let lines: Vec<&str> = all.iter().flat_map(|(english, chinese)| [&**english, &**chinese]).collect();
    write_packed("zh.bin", &lines.join("\n"));
}

/// Write a text for the program, packed: `src/help/packed.rs` unpacks it.
fn write_packed(name: &str, text: &str) {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join(name);
    if let Err(e) = fs::write(&out, miniz_oxide::deflate::compress_to_vec(text.as_bytes(), 10)) {
        println!("cargo::error={}: {e}", out.display());
    }
}

/// The scripts of each topic's folder, packed: `src/help/lessons.rs` takes them in.
fn lessons() {
    println!("cargo::rerun-if-changed=scripts");
    let scripts = Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("scripts");
    let below = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        paths
    };
    let mut all = String::new();
    for folder in below(&scripts).iter().filter(|path| path.is_dir()) {
        let topic = folder.file_name().unwrap_or_default().display().to_string();
        for script in below(folder).iter().filter(|path| path.extension().is_some_and(|ending| ending == "sock")) {
            let name = script.file_stem().unwrap_or_default().display().to_string();
            let text = fs::read_to_string(script).unwrap_or_default();
            all.extend([topic.as_str(), "\0", name.as_str(), "\0", text.as_str(), "\0"]);
        }
    }
    write_packed("lessons.bin", &all);
}
