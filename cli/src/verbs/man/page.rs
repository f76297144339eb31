//! One page of the manual.

use anyhow::Result;
use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

pub(super) struct Page {
    verb: Option<String>,
    man: Man,
    /// The text below the options in `--help`.
    after_help: String,
}

impl Page {
    /// keyfob(1).
    pub(super) fn for_command(command: Command) -> Self {
        Self::new(None, command)
    }

    /// keyfob-VERB(1).
    pub(super) fn for_verb(command: Command) -> Self {
        Self::new(Some(command.get_name().to_owned()), command)
    }

    fn new(verb: Option<String>, mut command: Command) -> Self {
        let after_help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        // clap_mangen's own usage line leaves out the values of options.
        let usage = command.render_usage().to_string();
        let command = command
            .override_usage(usage.strip_prefix("Usage: ").unwrap_or(&usage).to_owned())
            .subcommand_help_heading("COMMANDS")
            // The title contains the version.
            .version(None)
            // clap_mangen would join the lines of the examples.
            .after_help(None);
        let man = Man::new(command).source(concat!("keyfob ", env!("CARGO_PKG_VERSION"))).manual("Keyfob");
        Self { verb, man, after_help }
    }

    /// The verb; `None` for the command itself.
    pub(super) fn verb(&self) -> Option<&str> {
        self.verb.as_deref()
    }

    /// The file name that `man` expects.
    pub(super) fn file_name(&self) -> String {
        self.man.get_filename()
    }

    /// The page in roff.
    pub(super) fn roff(&self) -> Result<String> {
        let mut page = Vec::new();
        self.man.render(&mut page)?;
        self.trailing_sections().to_writer(&mut page)?;
        Ok(String::from_utf8(page)?)
    }

    /// The sections EXAMPLES, NOTES and SEE ALSO.
    fn trailing_sections(&self) -> Roff {
        let mut roff = Roff::new();
        let paragraphs = self.after_help.split("\n\n").filter(|paragraph| !paragraph.is_empty());
        let (examples, notes): (Vec<_>, Vec<_>) =
            paragraphs.partition(|paragraph| paragraph.starts_with("Examples:\n"));
        for examples in examples {
            roff.control("SH", ["EXAMPLES"]).control("RS", ["4"]).control("nf", []);
            for line in examples.lines().skip(1) {
                roff.text([roman(line.trim_start())]);
            }
            roff.control("fi", []).control("RE", []);
        }
        if !notes.is_empty() {
            roff.control("SH", ["NOTES"]);
        }
        for note in notes {
            roff.control("PP", []).text([roman(note)]);
        }
        if self.verb.is_some() {
            roff.control("SH", ["SEE ALSO"]).text([roman("keyfob(1)")]);
        }
        roff
    }
}
