//! The page's state in its address, after the `#`: nothing of it reaches the host, and a link opens the same thing.

use std::fmt;

use hrm_core::{model::Intervention, recording::solve::Until};
use hrm_link::engine_timing::Choice;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::ui::url::{interventions, place::Place, view::View};

/// What is written with percent signs: all that could end a value or be taken for something else.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Segments that an address may ask for: those of the longest training in the gallery, and more.
const MOST_SEGMENTS: usize = 64;

/// What an address says. What it leaves out the page fills in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Address {
    /// The place of the page.
    pub place: Place,
    /// A model of the gallery.
    pub model: Option<String>,
    /// The stored run, by its id, that the model is of.
    pub run: Option<String>,
    /// The puzzle's text.
    pub puzzle: Option<String>,
    /// A task of grids, as its link writes it.
    pub task: Option<String>,
    /// The recipe of the next training, as its draft writes it.
    pub recipe: Option<String>,
    /// The engine.
    pub engine: Choice,
    /// The view of the model's inside.
    pub view: View,
    /// Another view beside it.
    pub beside: Option<View>,
    /// A moment of the run: the model is to run, and this one to be shown.
    pub moment: Option<usize>,
    /// How many times the segments of training the run may take.
    pub stretch: Option<usize>,
    /// Segments that the run takes, where they are fewer than those of training.
    pub segments: Option<usize>,
    /// When the run ends before it has had its segments.
    pub until: Until,
    /// What is done to the thought, in a second run that is laid over the untouched one.
    pub acts: Vec<Intervention>,
}

/// A key of the address: how its value, without escapes, is read and written.
struct Key {
    name: &'static str,
    /// What cannot be read is as if it were left out.
    read: fn(&mut Address, &str),
    /// `None` where it is left out.
    write: fn(&Address) -> Option<String>,
}

/// Every key, in the order in which they are written.
const KEYS: [Key; 14] = [
    Key {
        name: "place",
        read: |address, value| address.place = Place::of_name(value).unwrap_or_default(),
        write: |address| (address.place != Place::default()).then(|| address.place.name().into()),
    },
    Key { name: "model", read: |address, value| address.model = text(value), write: |address| address.model.clone() },
    Key { name: "run", read: |address, value| address.run = text(value), write: |address| address.run.clone() },
    Key {
        name: "puzzle",
        read: |address, value| address.puzzle = text(value),
        write: |address| address.puzzle.clone(),
    },
    Key { name: "task", read: |address, value| address.task = text(value), write: |address| address.task.clone() },
    Key {
        name: "recipe",
        read: |address, value| address.recipe = text(value),
        write: |address| address.recipe.clone(),
    },
    Key {
        name: "engine",
        read: |address, value| address.engine = Choice::of_name(value).unwrap_or_default(),
        write: |address| (address.engine != Choice::Auto).then(|| address.engine.name().into()),
    },
    Key {
        name: "view",
        read: |address, value| address.view = View::of_name(value).unwrap_or_default(),
        write: |address| (address.view != View::default()).then(|| address.view.name().into()),
    },
    Key {
        name: "beside",
        read: |address, value| address.beside = View::of_name(value),
        write: |address| address.beside.map(|view| view.name().into()),
    },
    Key {
        name: "moment",
        read: |address, value| address.moment = value.parse().ok(),
        write: |address| number(address.moment),
    },
    Key {
        name: "stretch",
        read: |address, value| address.stretch = value.parse().ok(),
        write: |address| number(address.stretch),
    },
    Key {
        name: "segments",
        read: |address, value| {
            address.segments = value.parse().ok().filter(|count| (1..=MOST_SEGMENTS).contains(count));
        },
        write: |address| number(address.segments),
    },
    Key {
        name: "until",
        read: |address, value| address.until = Until::of_name(value).unwrap_or_default(),
        write: |address| (address.until != Until::default()).then(|| address.until.name().into()),
    },
    Key {
        name: "acts",
        read: |address, value| address.acts = interventions::read(value),
        write: |address| (!address.acts.is_empty()).then(|| interventions::write(&address.acts)),
    },
];

fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn number(value: Option<usize>) -> Option<String> {
    value.map(|value| value.to_string())
}

impl Address {
    /// Reads a fragment, with or without its `#`. Unknown keys and values are passed over.
    pub fn parse(fragment: &str) -> Self {
        let mut address = Self::default();
        for (name, value) in fragment.trim_start_matches('#').split('&').filter_map(|part| part.split_once('=')) {
            if let Some(key) = KEYS.iter().find(|key| key.name == name) {
                (key.read)(&mut address, &percent_decode_str(value).decode_utf8_lossy());
            }
        }
        address
    }
}

impl fmt::Display for Address {
    /// The fragment, with its `#`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let write =
            |key: &Key| (key.write)(self).map(|value| format!("{}={}", key.name, utf8_percent_encode(&value, ESCAPED)));
        write!(f, "#{}", KEYS.iter().filter_map(write).collect::<Vec<_>>().join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hrm_core::model::Act;
    use strum::VariantArray;

    #[test]
    fn an_address_is_read_back() {
        let address = Address {
            place: Place::HowItWorks,
            model: Some("sudoku-4x4".into()),
            run: Some("tiny (2)-0000beef".into()),
            puzzle: Some("1.3.& #%ä".into()),
            task: Some("1~3x3.0_2".into()),
            recipe: Some("sudoku-4x4\nsteps=100".into()),
            engine: Choice::Gpu,
            view: View::Answers,
            beside: Some(View::States),
            moment: Some(12),
            stretch: Some(4),
            segments: Some(3),
            until: Until::Halt,
            acts: vec![Intervention { at: 8, act: Act::Clue { cell: 3, token: 2 } }],
        };
        let text = address.to_string();
        assert!(
            text.starts_with("#place=how-it-works&model=sudoku-4x4&run=tiny%20%282%29-0000beef&puzzle=1.3."),
            "{text}"
        );
        assert_eq!(Address::parse(&text), address);
    }

    /// Links that were handed out have these.
    #[test]
    fn when_a_run_ends_has_its_names() {
        assert_eq!(Until::VARIANTS.iter().map(|until| until.name()).collect::<Vec<_>>(), ["budget", "sure", "still"]);
        for &until in Until::VARIANTS {
            let address = Address { until, ..Address::default() };
            assert_eq!(Address::parse(&address.to_string()), address);
        }
    }

    #[test]
    fn what_is_unknown_is_passed_over() {
        assert_eq!(Address::parse(""), Address::default());
        assert_eq!(
            Address::parse(
                "#x=1&place=moon&engine=abacus&&model&view=x-ray&beside=me&moment=noon&stretch=-1&until=dawn&acts=x"
            ),
            Address::default()
        );
        assert_eq!(Address::parse("#puzzle=%zz%4%+1").puzzle.unwrap(), "%zz%4%+1");
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod properties {
        use proptest::prelude::*;

        use super::*;

        const KEY: &str = "(place|model|run|puzzle|task|engine|view|beside|moment|stretch|until|acts|[a-z]{0,4})";
        const VALUE: &str = "([0-9]{1,22}|[a-z-]{0,9}|(%[0-9A-Fa-f+]{0,2}){0,5}|[0-9]{1,3}~(freeze|restart|noise|clue)~[HL0-9]~[0-9.e+-]{0,5}~[0-9]{1,3}|\\PC{0,20})";

        proptest! {
            #[test]
            fn any_fragment_is_read_and_what_was_read_is_written(parts in proptest::collection::vec((KEY, VALUE), 0..12)) {
                let parts: Vec<String> = parts.iter().map(|(key, value)| format!("{key}={value}")).collect();
                let address = Address::parse(&format!("#{}", parts.join("&")));
                prop_assert_eq!(Address::parse(&address.to_string()), address);
            }

            #[test]
            fn any_text_survives_a_link(text in "\\PC{0,80}") {
                let address = Address { puzzle: Some(text), ..Address::default() };
                prop_assert_eq!(Address::parse(&address.to_string()), address);
            }
        }
    }
}
