//! Days since 1970 and the dates of the proleptic Gregorian calendar.

/// The months' English names, from January.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The days' English names, from Sunday, as Go counts them.
pub const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A date: year, month from 1, day from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Date {
    pub year: i64,
    pub month: u32,
    pub day: u32,
}

impl Date {
    /// The date that is `days` after 1970-01-01.
    pub fn of_days(days: i64) -> Date {
        // Years are counted from the first of March, so that the leap day is the last of its year.
        let shifted = i128::from(days) + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        Date {
            year: (year_of_era + era * 400 + i128::from(month <= 2)) as i64,
            month: month as u32,
            day: (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u32,
        }
    }

    /// Days since 1970-01-01 of a date whose month and day may lie outside of their ranges, as `time.Date` takes them.
    pub fn days_of(year: i64, month: i64, day: i64) -> i64 {
        let month = i128::from(month) - 1;
        let year = i128::from(year) + month.div_euclid(12);
        let month = month.rem_euclid(12) + 1;
        let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * month + 2) / 5;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * 146_097 + day_of_era - 719_468 + i128::from(day) - 1;
        days.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }

    /// Day of the year, from 1.
    pub fn year_day(self) -> i64 {
        let first = Date::days_of(self.year, 1, 1);
        Date::days_of(self.year, i64::from(self.month), i64::from(self.day)) - first + 1
    }
}

/// Day of the week, 0 is Sunday.
pub(crate) fn weekday(days: i64) -> usize {
    (days.rem_euclid(7) + 4) as usize % 7
}

pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days of a month, which is from 1 to 12.
pub(crate) fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_are_inverse() {
        for days in [-719_528, -1, 0, 59, 60, 11_016, 19_782, 2_932_896] {
            let date = Date::of_days(days);
            assert_eq!(Date::days_of(date.year, i64::from(date.month), i64::from(date.day)), days);
        }
        assert_eq!(Date::of_days(19_782), Date { year: 2024, month: 2, day: 29 });
        assert_eq!(WEEKDAYS[weekday(19_782)], "Thursday");
        assert_eq!(Date::of_days(19_782).year_day(), 60);
    }
}
