//! What shells complete of the command line: made of the tables that `--help` is made of.

use super::program::{FORMS, OPTIONS};

/// The shells.
const SHELLS: &[&str] = &["bash", "zsh", "fish"];

/// The words that begin a command line, each with what it does.
fn verbs() -> Vec<(&'static str, &'static str)> {
    let mut verbs: Vec<(&str, &str)> = vec![("run", "run a script")];
    for (form, about) in FORMS {
        let word = form.trim_start_matches("sockpit ").trim_start_matches("[OPTIONS] ").split(' ').next().unwrap_or("");
        let is_verb = word.starts_with(|c: char| c.is_ascii_lowercase());
        if is_verb && !verbs.iter().any(|(verb, _)| *verb == word) {
            verbs.push((word, about));
        }
    }
    verbs
}

/// Each way to write an option, without what it takes: `-q` and `--quiet`, `--json` and `--json=full`.
fn options() -> Vec<(String, &'static str)> {
    let mut options = Vec::new();
    for (written, about) in OPTIONS {
        for one in written.split(", ") {
            let word = one.split(' ').next().unwrap_or(one);
            match word.split_once('[') {
                Some((bare, more)) => {
                    options.push((bare.to_string(), *about));
                    options.push((format!("{bare}{}", more.trim_end_matches(']')), *about));
                }
                None => options.push((word.to_string(), *about)),
            }
        }
    }
    options
}

/// The script for a shell, to be read by it; none for one that is not known.
pub fn script(shell: &str) -> Option<String> {
    let words = |pairs: &mut dyn Iterator<Item = String>| pairs.collect::<Vec<_>>().join(" ");
    let verbs = verbs();
    let options = options();
    match shell {
        "bash" => {
            let all = words(&mut options.iter().map(|(word, _)| word.clone()));
            let first = words(&mut verbs.iter().map(|(word, _)| (*word).to_string()));
            Some(format!(
                "# sockpit help --completions bash > ~/.local/share/bash-completion/completions/sockpit\n\
                 _sockpit() {{\n  local word=${{COMP_WORDS[COMP_CWORD]}}\n  COMPREPLY=()\n  case $word in\n    \
                 -*) COMPREPLY=($(compgen -W '{all}' -- \"$word\")) ;;\n    \
                 *) [ \"$COMP_CWORD\" -gt 1 ] || COMPREPLY=($(compgen -W '{first}' -- \"$word\"))\n       \
                 COMPREPLY+=($(compgen -f -- \"$word\")) ;;\n  esac\n}}\ncomplete -o filenames -F _sockpit sockpit"
            ))
        }
        "zsh" => {
            let quoted = |text: &str| text.replace('\'', "'\\''").replace(':', "\\:");
            let describe = |pairs: &mut dyn Iterator<Item = (String, &str)>| {
                pairs.map(|(word, about)| format!("    '{}:{}'\n", quoted(&word), quoted(about))).collect::<String>()
            };
            let all = describe(&mut options.iter().map(|(word, about)| (word.clone(), *about)));
            let first = describe(&mut verbs.iter().map(|(word, about)| ((*word).to_string(), *about)));
            Some(format!(
                "#compdef sockpit\n# sockpit help --completions zsh > _sockpit, in a folder of $fpath\n_sockpit() {{\n  \
                 local -a options verbs\n  options=(\n{all}  )\n  verbs=(\n{first}  )\n  \
                 if [[ $PREFIX == -* ]]; then\n    _describe -o option options\n  else\n    \
                 (( CURRENT == 2 )) && _describe command verbs\n    _files\n  fi\n}}\n_sockpit \"$@\""
            ))
        }
        "fish" => {
            let quoted = |text: &str| text.replace('\\', "\\\\").replace('\'', "\\'");
            let mut out = "# sockpit help --completions fish > ~/.config/fish/completions/sockpit.fish\n".to_string();
            for (word, about) in &verbs {
                out += &format!("complete -c sockpit -n __fish_use_subcommand -a {word} -d '{}'\n", quoted(about));
            }
            for (word, about) in &options {
                let how = match word.strip_prefix("--") {
                    Some(long) => format!("-l '{long}'"),
                    None => format!("-s {}", word.trim_start_matches('-')),
                };
                out += &format!("complete -c sockpit {how} -d '{}'\n", quoted(about));
            }
            Some(out.trim_end().to_string())
        }
        _ => None,
    }
}

/// What is said to who names no shell that is known.
pub fn shells() -> String {
    format!("--completions takes a shell: {}", SHELLS.join(", "))
}
