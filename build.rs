//! How the program is linked, and the lessons that it carries.

use std::fmt::Write;
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
/// empty line. They become a table of Rust in the order of the English ones.
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
    let rows: String = all.iter().map(|(english, chinese)| format!("({english:?}, {chinese:?}),\n")).collect();
    write("zh.rs", &format!("&[\n{rows}]\n"));
}

/// Write a file of Rust for the program.
fn write(name: &str, text: &str) {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join(name);
    if let Err(e) = fs::write(&out, text) {
        println!("cargo::error={}: {e}", out.display());
    }
}

/// The scripts of each topic's folder as a table of Rust: `src/help/lessons.rs` takes it in. Their texts are bytes of the
/// program's own, which no start touches.
fn lessons() {
    println!("cargo::rerun-if-changed=scripts");
    let scripts = Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("scripts");
    let below = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        paths
    };
    let mut table = String::from("&[\n");
    for folder in below(&scripts).iter().filter(|path| path.is_dir()) {
        let topic = folder.file_name().unwrap_or_default().display().to_string();
        for script in below(folder).iter().filter(|path| path.extension().is_some_and(|ending| ending == "sock")) {
            let name = script.file_stem().unwrap_or_default().display().to_string();
            let path = script.display().to_string();
            let _ = writeln!(table, "Lesson {{ topic: {topic:?}, name: {name:?}, text: include_str!({path:?}) }},");
        }
    }
    table.push_str("]\n");
    write("lessons.rs", &table);
}
