//! Proportions compared in whole numbers.
