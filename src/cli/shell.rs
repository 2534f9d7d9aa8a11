//! A command line as one would type it: arguments quoted for a Unix shell where they need it.

/// `iowait` and these arguments.
pub fn command_line(args: &[String]) -> String {
    let words = std::iter::once("iowait".to_owned()).chain(args.iter().map(|arg| quoted(arg)));
    words.collect::<Vec<_>>().join(" ")
}

/// The argument as one word of the shell (POSIX, 2.2.2: nothing is special between single quotes).
pub fn quoted(arg: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !arg.is_empty() && arg.chars().all(harmless) {
        return arg.to_owned();
    }
    format!("'{}'", arg.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_shell_would_take_apart_is_quoted() {
        for (arg, word) in [
            ("models/a.toml", "models/a.toml"),
            ("call=exp(9 ms)", "'call=exp(9 ms)'"),
            ("p99 <= 200 ms", "'p99 <= 200 ms'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
            ("$HOME", "'$HOME'"),
            ("~", "'~'"),
        ] {
            assert_eq!(quoted(arg), word);
        }
        let args = ["run".to_owned(), "a b.toml".to_owned()];
        assert_eq!(command_line(&args), "iowait run 'a b.toml'");
    }
}
