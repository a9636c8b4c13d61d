//! The invented city, generated from a seed at any size.

pub mod city;
mod dice;
