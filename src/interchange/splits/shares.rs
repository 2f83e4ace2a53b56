//! How much of a data set goes into which split.

use crate::model::is_folder_safe;

/// A split and its share.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Its name, which is also the name of its file.
    pub name: String,
    /// Of 1.
    pub part: f64,
}

/// The splits of a data set, in the order given; their shares add up to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares(Vec<Share>);

impl Shares {
    /// Reads `train=0.8,dev=0.1,test=0.1`. The names are free.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence for the person who wrote it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut shares: Vec<Share> = Vec::new();
        for part in text.split(',') {
            let Some((name, share)) = part.split_once('=') else {
                return Err(format!("{part:?} is no split; write them as train=0.8,dev=0.1,test=0.1"));
            };
            let name = name.trim().to_owned();
            if !is_folder_safe(&name) || name == super::manifest::STEM {
                return Err(format!(
                    "{name:?} cannot be the name of a file; choose another name for the split"
                ));
            }
            // Not all disks tell upper from lower case.
            if shares.iter().any(|known| known.name.to_lowercase() == name.to_lowercase()) {
                return Err(format!("the split {name:?} is named twice; give each one share"));
            }
            match share.trim().parse::<f64>() {
                Ok(part) if part > 0.0 && part <= 1.0 => shares.push(Share { name, part }),
                _ => {
                    let share = share.trim();
                    return Err(format!(
                        "{share:?} is no share for {name}; give a number above 0, up to 1, such as 0.1"
                    ));
                }
            }
        }
        let sum: f64 = shares.iter().map(|share| share.part).sum();
        if (sum - 1.0).abs() > 1e-6 {
            return Err(format!("the shares add up to {}, not to 1; change one", (sum * 1e6).round() / 1e6));
        }
        Ok(Self(shares))
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = &Share> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_or_refused_with_the_reason() {
        let shares = Shares::parse("train=0.8, dev=0.1 ,تجربة=.1").unwrap();
        let read: Vec<(&str, f64)> = shares.iter().map(|share| (share.name.as_str(), share.part)).collect();
        assert_eq!(read, [("train", 0.8), ("dev", 0.1), ("تجربة", 0.1)]);
        assert!(
            Shares::parse("all=1").is_ok() && Shares::parse("a=0.3333333,b=0.3333333,c=0.3333334").is_ok()
        );
        for (text, words) in [
            ("", "is no split"),
            ("train", "is no split"),
            ("train=0.8,dev=0.1", "add up to 0.9"),
            ("train=80,test=20", "is no share"),
            ("train=0,test=1", "is no share"),
            ("train=-0.5,test=1.5", "is no share"),
            ("train=NaN,test=1", "is no share"),
            ("train=0.5,Train=0.5", "twice"),
            ("../x=0.5,test=0.5", "name of a file"),
            ("splits=0.5,test=0.5", "name of a file"),
            ("=1", "name of a file"),
        ] {
            let error = Shares::parse(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
