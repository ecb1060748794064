//! Full-width forms and the space characters people cannot see.
