//! A moment that a caller with a clock passes in, and its form as a name.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Seconds since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

/// No colons: Windows allows none in names.
const FORM: &str = "%Y-%m-%dT%H-%M-%SZ";

impl Moment {
    /// As the name of a folder, such as `2026-11-23T22-16-05Z`: names sort as the moments do.
    pub fn name(self) -> String {
        Timestamp::from_second(self.0).unwrap_or(Timestamp::UNIX_EPOCH).strftime(FORM).to_string()
    }

    /// The moment of such a name, and of no other one.
    pub fn from_name(name: &str) -> Option<Self> {
        let civil = DateTime::strptime(FORM, name).ok()?;
        let moment = Self(TimeZone::UTC.to_timestamp(civil).ok()?.as_second());
        (moment.name() == name).then_some(moment)
    }

    /// For programs: `2026-11-23T22:16:05Z`.
    pub fn iso(self) -> String {
        Timestamp::from_second(self.0).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
    }

    /// How long ago it was, such as `12 minutes`; nothing where it is still to come.
    pub fn age(self, now: Self) -> Option<String> {
        let seconds = u64::try_from(now.0.checked_sub(self.0)?).ok()?;
        let some = |number: u64, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
        Some(match seconds {
            0..60 => "less than a minute".to_owned(),
            60..3600 => some(seconds / 60, "minute"),
            3600..172_800 => some(seconds / 3600, "hour"),
            _ => some(seconds / 86_400, "day"),
        })
    }

    /// The moment of a time in nanoseconds since 1970.
    pub(super) fn of_nanoseconds(nanoseconds: i128) -> Option<Self> {
        i64::try_from(nanoseconds.div_euclid(1_000_000_000)).ok().map(Self)
    }

    /// For people: `2026-11-23 22:16 UTC`.
    pub fn for_people(self) -> String {
        let time = Timestamp::from_second(self.0).unwrap_or(Timestamp::UNIX_EPOCH);
        time.strftime("%Y-%m-%d %H:%M UTC").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_from_its_name() {
        for seconds in [0, 951_782_400, 1_795_471_565, 4_102_444_799] {
            let moment = Moment(seconds);
            assert_eq!(Moment::from_name(&moment.name()), Some(moment), "{}", moment.name());
        }
        assert_eq!(Moment(1_795_471_565).name(), "2026-11-23T22-06-05Z");
        assert_eq!(Moment(1_795_471_565).for_people(), "2026-11-23 22:06 UTC");
    }

    #[test]
    fn an_age_is_told_in_its_largest_unit() {
        let age = |seconds: i64| Moment(1000).age(Moment(1000 + seconds));
        let told = [0, 59, 60, 12 * 60 + 5, 3600, 47 * 3600, 72 * 3600].map(|seconds| age(seconds).unwrap());
        let expected = [
            "less than a minute",
            "less than a minute",
            "1 minute",
            "12 minutes",
            "1 hour",
            "47 hours",
            "3 days",
        ];
        assert_eq!(told, expected);
        assert_eq!(age(-1), None, "a clock that was set back");
    }

    #[test]
    fn nothing_else_is_a_moment() {
        for name in ["", "format-0", "2026-11-23", "2026-11-23T22-06-05Z.tmp", "2026-13-01T00-00-00Z", "../x"]
        {
            assert_eq!(Moment::from_name(name), None, "{name}");
        }
    }
}
