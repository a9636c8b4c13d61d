//! Enums whose variants are words in the database, in files and on the wire. Refuses a word it does not know, and says
//! which ones it does.

/// Declares an enum of words: `words! { /// … pub enum Kind { /// … Realtime = "realtime", … } }`.
macro_rules! words { (
    $(#[$meta:meta])* pub enum $name:ident { $($(#[$note:meta])* $variant:ident = $word:literal),* $(,)? }
) => {
    $(#[$meta])*
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
    #[schema(rename_all = "lowercase")]
    pub enum $name { $($(#[$note])* #[serde(rename = $word)] $variant),* }

    impl $name {
        /// Every one of them.
        pub const ALL: &'static [$name] = &[$($name::$variant),*];

        /// The word for it in the database, in files and on the wire.
        pub fn word(self) -> &'static str {
            match self { $($name::$variant => $word),* }
        }
    }

    impl std::fmt::Display for $name {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.word())
        }
    }

    impl std::str::FromStr for $name {
        type Err = String;

        /// Reads the word; the error is a sentence that lists the words there are.
        fn from_str(word: &str) -> Result<Self, String> {
            $name::ALL.iter().copied().find(|known| known.word() == word).ok_or_else(|| {
                let known: Vec<_> = $name::ALL.iter().map(|known| known.word()).collect();
                format!("is {word:?} and has to be one of {}.", known.join(", "))
            })
        }
    }
}; }

pub(super) use words;
