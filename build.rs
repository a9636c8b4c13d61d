//! Recompiles when a migration changes, and a release when the built pages change: those it carries within it, while a debug
//! build reads them from their folder when they are asked for. Builds nothing itself: `cargo build` needs no Node.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        // A folder that is missing would count as changed for ever.
        if let Err(e) = std::fs::create_dir_all("map-ui/dist") {
            println!("cargo::warning=map-ui/dist cannot be made: {e}");
        }
        println!("cargo::rerun-if-changed=map-ui/dist");
    }
}
