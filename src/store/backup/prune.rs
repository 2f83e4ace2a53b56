//! Which backups stay: the last one of each of the newest hours, days and months that have one.

use std::collections::BTreeSet;

use crate::store::moment::Moment;

/// Hours, days and months that keep a backup.
const HOURS: usize = 10;
const DAYS: usize = 14;
const MONTHS: usize = 12;

/// Letters of a moment's name that tell its hour, its day, its month.
const KEPT: [(usize, usize); 3] = [(13, HOURS), (10, DAYS), (7, MONTHS)];

/// Those that go. Only the moments count, not the time it is now: a clock that jumps takes nothing away.
pub(super) fn to_remove(made: &[Moment]) -> Vec<Moment> {
    let newest_first: BTreeSet<Moment> = made.iter().copied().collect();
    let mut kept = BTreeSet::new();
    for (letters, most) in KEPT {
        let mut seen: Vec<String> = Vec::new();
        for moment in newest_first.iter().rev() {
            let class = moment.name().get(..letters).unwrap_or_default().to_owned();
            if seen.last() == Some(&class) {
                continue;
            }
            if seen.len() == most {
                break;
            }
            seen.push(class);
            kept.insert(*moment);
        }
    }
    newest_first.difference(&kept).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;

    /// Makes a backup at each moment and prunes after it, as the program does.
    fn lived(moments: impl IntoIterator<Item = i64>) -> Vec<Moment> {
        let mut there: Vec<Moment> = Vec::new();
        for moment in moments {
            there.push(Moment(moment));
            let gone = to_remove(&there);
            there.retain(|moment| !gone.contains(moment));
        }
        there
    }

    #[test]
    fn few_backups_all_stay() {
        let made: Vec<Moment> = (0..10).map(|nth| Moment(nth * HOUR)).collect();
        assert_eq!(to_remove(&made), []);
        assert_eq!(to_remove(&[]), []);
    }

    #[test]
    fn of_one_hour_the_last_stays() {
        assert_eq!(to_remove(&[Moment(10), Moment(20), Moment(30)]), [Moment(10), Moment(20)]);
    }

    #[test]
    fn three_years_of_hourly_work_leave_thirty_odd_backups() {
        let end = 3 * 365 * DAY;
        let there = lived((0..end / HOUR).map(|hour| hour * HOUR + 5));
        let after = |since: i64| there.iter().filter(|moment| moment.0 >= end - since).count();
        assert_eq!(after(10 * HOUR), 10);
        assert!(after(15 * DAY) >= 10 + 13, "{}", after(15 * DAY));
        let oldest = there.first().unwrap().0;
        assert!(end - oldest > 330 * DAY && end - oldest < 366 * DAY, "{}", (end - oldest) / DAY);
        assert!(there.len() <= HOURS + DAYS + MONTHS, "{}", there.len());
    }

    #[test]
    fn a_clock_that_jumps_ahead_does_not_empty_the_shelf() {
        let mut made: Vec<Moment> = (0..10).map(|nth| Moment(nth * HOUR)).collect();
        made.push(Moment(10 * 365 * DAY));
        assert_eq!(to_remove(&made), [Moment(0)], "one hour more than are kept, and nothing else");
    }
}
