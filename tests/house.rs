//! How the house is built: layers that look one way, no circles inside them, short files, types of different names.
//!
//! There are no exceptions.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

tests![
    layers_look_one_way,
    rooms_have_no_circles,
    files_are_short,
    types_have_names_of_their_own,
    the_journey_of_a_line_is_as_told,
    parts_of_the_session_keep_to_themselves,
];

/// The layers; each may use itself and those before it.
const LAYERS: &[&str] = &[
    "linux", "value", "wire", "lang", "os", "world", "command", "program", "explain", "help", "session", "render",
    "front",
];

/// Layers that a layer leaves alone although they stand before it.
const APART: &[(&str, &str)] = &[
    ("lang", "linux"),
    ("lang", "os"),
    ("render", "os"),
    ("render", "world"),
    ("os", "lang"),
    ("world", "lang"),
    ("command", "lang"),
    ("program", "os"),
    ("program", "world"),
    ("help", "os"),
    ("help", "world"),
];

/// The most lines of a source file, its tests not counted.
const LINES_MAX: usize = 400;

/// The Rust files under a folder.
pub fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The folder of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The source files: each as its module's path, the lines that are no tests and no comments, and how many there are
/// with the comments.
fn modules() -> Vec<(Vec<String>, Vec<String>, usize)> {
    let src = root().join("src");
    let module = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).collect();
        let name = path.strip_prefix(&src).unwrap().with_extension("");
        let name = name.iter().map(|part| part.to_str().unwrap().to_string()).collect();
        let code = lines.iter().filter(|line| !line.trim_start().starts_with("//"));
        (name, code.map(|line| (*line).to_string()).collect(), lines.len())
    };
    sources(&src).into_iter().map(module).collect()
}

fn none(found: &BTreeSet<String>, what: &str) {
    assert!(found.is_empty(), "{what}: {found:#?}");
}

fn layers_look_one_way() {
    let mut wrong = BTreeSet::new();
    for (module, code, _) in modules() {
        let layer = &*module[0];
        let Some(place) = LAYERS.iter().position(|l| *l == layer) else { continue };
        for line in code {
            for (at, _) in line.match_indices("crate::") {
                let used: String = line[at + 7..].chars().take_while(char::is_ascii_alphanumeric).collect();
                let apart = APART.contains(&(layer, &*used));
                if LAYERS.iter().position(|l| *l == used).is_some_and(|p| p > place) || apart {
                    wrong.insert(format!("{}: {layer} uses {used}", module.join("/")));
                }
            }
        }
    }
    none(&wrong, "layers look one way");
}

/// The paths of a `use`, its braces taken apart.
fn paths(tree: &str) -> Vec<String> {
    let Some((before, rest)) = tree.split_once('{') else { return vec![tree.trim().to_string()] };
    let inner = &rest[..rest.rfind('}').unwrap_or(rest.len())];
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.extend(paths(&inner[start..at]).into_iter().map(|path| format!("{}{path}", before.trim())));
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// The modules that a module names in its `use`s. What a folder's `mod.rs` gathers is not followed.
fn used(module: &[String], code: &[String], all: &BTreeSet<Vec<String>>) -> BTreeSet<Vec<String>> {
    let text = code.join("\n");
    let trees = text.split("\nuse ").skip(1).map(|rest| &rest[..rest.find(';').unwrap_or(rest.len())]);
    let resolve = |path: String| {
        let mut place = module.to_vec();
        let mut steps = path.split("::").peekable();
        match steps.next_if_eq(&"crate") {
            Some(_) => place.clear(),
            None => {
                while steps.next_if_eq(&"super").is_some() {
                    place.pop();
                }
            }
        }
        for step in steps {
            place.push(step.to_string());
            if all.contains(&place) {
                return Some(place);
            }
        }
        None
    };
    trees.flat_map(paths).filter_map(resolve).filter(|used| used != module).collect()
}

fn rooms_have_no_circles() {
    let modules: Vec<_> = modules().into_iter().filter(|(name, ..)| name.last().is_some_and(|n| n != "mod")).collect();
    let all = modules.iter().map(|(name, ..)| name.clone()).collect();
    let uses: BTreeMap<_, _> = modules.iter().map(|(name, code, _)| (name, used(name, code, &all))).collect();
    let reach = |from: &Vec<String>| {
        let (mut found, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(module) = next.pop() {
            next.extend(uses[module].iter().filter(|used| found.insert((*used).clone())));
        }
        found
    };
    let reached: BTreeMap<_, _> = modules.iter().map(|(name, ..)| (name, reach(name))).collect();
    let mut circles = BTreeSet::new();
    for (name, all) in reached.iter().filter(|(name, all)| all.contains(**name)) {
        let circle = all.iter().filter(|other| reached[other].contains(*name)).map(|other| other.join("/"));
        circles.insert(circle.collect::<Vec<_>>().join(" "));
    }
    none(&circles, "these modules use each other");
}

fn files_are_short() {
    let long = modules().into_iter().filter(|(.., lines)| *lines > LINES_MAX).map(|(name, ..)| name.join("/"));
    none(&long.collect(), &format!("these files have more than {LINES_MAX} lines"));
}

fn types_have_names_of_their_own() {
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, code, _) in modules() {
        for line in code {
            let kinds = ["pub struct ", "pub enum ", "pub trait ", "pub type "];
            let Some(rest) = kinds.iter().find_map(|kind| line.strip_prefix(kind)) else { continue };
            let name = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
            places.entry(name).or_default().insert(module.join("/"));
        }
    }
    let shared = places.into_iter().filter(|(_, places)| places.len() > 1);
    let shared = shared.map(|(name, places)| format!("{name}: {}", places.into_iter().collect::<Vec<_>>().join(" ")));
    none(&shared.collect(), "these types share a name");
}

/// The session's parts: what needs several of them is a method of the session, in another file.
const PARTS: &[&str] = &["fairness", "globals", "jobs", "reporter", "status", "stepper", "tasks", "timers"];

fn parts_of_the_session_keep_to_themselves() {
    let modules: BTreeMap<_, _> =
        modules().into_iter().map(|(name, code, _)| (name.join("/"), code.join("\n"))).collect();
    let mut wrong = BTreeSet::new();
    for part in PARTS {
        let code = &modules[&format!("session/{part}")];
        let head = format!("struct {}{}", part[..1].to_uppercase(), &part[1..]);
        let (_, fields) = code.split_once(&*head).unwrap();
        if code.contains("Session") || fields.split(['}', ';']).next().unwrap().contains("pub") {
            wrong.insert((*part).to_string());
        }
    }
    none(&wrong, "parts that know the session, or have fields that are not private");
}

/// Each function that the architecture note names is in the file that it says.
fn the_journey_of_a_line_is_as_told() {
    let note = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let journey = &note[note.find("# The journey").unwrap()..note.find("# Layers").unwrap()];
    let modules: BTreeMap<_, _> = modules().into_iter().map(|(name, code, _)| (name.join("::"), code)).collect();
    let mut functions = 0;
    for name in journey.split('`').skip(1).step_by(2).filter(|name| name.contains("::")) {
        let (module, function) = name.rsplit_once("::").unwrap();
        if function.starts_with(|c: char| c.is_ascii_uppercase()) {
            continue;
        }
        functions += 1;
        let code = modules.get(module).or_else(|| modules.get(&format!("{module}::mod")));
        let code = code.unwrap_or_else(|| panic!("{module} is no file"));
        let is = |line: &String| line.contains(&format!("fn {function}(")) || line.contains(&format!("fn {function}<"));
        assert!(code.iter().any(is), "{module} has no function {function}");
    }
    assert!(functions > 25, "{functions}");
}
