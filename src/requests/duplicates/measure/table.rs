//! A report for people at a terminal.

use std::fmt;

use super::figures::Figures;
use super::{Example, Report};

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} requests; the first {} are the earlier part, figures are of the later part.", self.requests, self.earlier)?;
        writeln!(f, "Clerks do not mark every duplicate: precision is a lower bound, recall on pairs is the fair figure.\n")?;
        writeln!(
            f,
            "{:<34} {:<16} {:>6} {:>7} {:>6} {:>6} {:>6} {:>15} {:>12}",
            "", "", "marked", "flagged", "prec.", "recall", "F1", "F1, 95 %", "pairs found"
        )?;
        for line in &self.lines {
            let name = line.service.as_deref().unwrap_or("all");
            row(f, name, "as set", &line.set)?;
            if let Some(fitted) = &line.fitted {
                row(f, "", "fitted", fitted)?;
            }
            row(f, "", &format!("rule {} m {} d", line.rule_is.0, line.rule_is.1), &line.rule)?;
            row(f, "", "rule exact", &line.exact)?;
        }
        for (title, examples) in
            [("Found", &self.found), ("Called a duplicate, and not marked", &self.unmarked), ("Marked, and missed", &self.missed)]
        {
            if !examples.is_empty() {
                writeln!(f, "\n{title}:")?;
                examples.iter().try_for_each(|example| write!(f, "{example}"))?;
            }
        }
        Ok(())
    }
}

fn row(f: &mut fmt::Formatter<'_>, service: &str, how: &str, of: &Figures) -> fmt::Result {
    let pairs = if of.pairs == 0 { "-".to_owned() } else { format!("{}/{}", of.pairs_found, of.pairs) };
    let interval = format!("{:.3}..{:.3}", of.f1_interval[0], of.f1_interval[1]);
    let service: String = service.chars().take(34).collect();
    writeln!(
        f,
        "{service:<34} {how:<16} {:>6} {:>7} {:>6.3} {:>6.3} {:>6.3} {interval:>15} {pairs:>12}",
        of.marked, of.flagged, of.precision, of.recall, of.f1
    )
}

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let earlier = self.earlier.as_deref().unwrap_or("nothing near");
        let probability = self.probability.map(|p| format!(" ({p})")).unwrap_or_default();
        writeln!(f, "  {} {:?}, {}: {earlier}{probability}: {}", self.id, self.service, self.address, self.reasons.join(", "))
    }
}
