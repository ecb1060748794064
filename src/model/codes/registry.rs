//! How a list of codes becomes an enum: one line a code, in the order of README.md.

/// `Variant "spelling" = entry;` for every code. The enum compares, shows and dereferences as its spelling.
macro_rules! registry {
    ($(#[$doc:meta])* $name:ident: $entry:ty { $($variant:ident $code:literal = $of:expr;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($variant,)*
        }

        impl $name {
            /// All of them, in the order of README.md.
            pub const ALL: [$name; [$($code),*].len()] = [$($name::$variant),*];

            /// The spelling, stable in every output.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $code,)*
                }
            }

            /// What is known of it.
            pub const fn entry(self) -> $entry {
                match self {
                    $($name::$variant => $of,)*
                }
            }

            /// The code of that spelling.
            pub fn spelled(text: &str) -> Option<$name> {
                $name::ALL.into_iter().find(|code| code.as_str() == text)
            }

            /// Its place in [`Self::ALL`], for the wire between processes of one build.
            pub const fn index(self) -> u16 {
                self as u16
            }

            pub fn from_index(index: u16) -> Option<$name> {
                $name::ALL.get(usize::from(index)).copied()
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &$name) -> std::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &$name) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }
    };
}
pub(super) use registry;
