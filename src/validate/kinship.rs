//! How two returns of one sender and form stand to each other (RETURNS.md §9 "Versions or parts"): versions of one list,
//! parts of one, or none of each other's business.
//!
//! A record recurs if its key does, or if it equals one of the other return in all but two of its filled fields: a
//! corrected ID number makes no other person. That tells only where a return's own records are further apart than that;
//! awards of one ceremony differ in nothing but who won them.

use crate::definition::{FieldType, Form};
use crate::model::normalised::VersionEvidence;
use crate::model::{FormTable, Value};
use crate::rows::record::sameness;
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Most fields in which one record may have been corrected.
const CORRECTED: usize = 2;
/// Of the records that share a third of their fields, no more are compared than this.
const CROWD: usize = 64;
/// Of returns with fewer records, all pairs are compared.
const FEW: usize = 4_096;

/// How two returns stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinship {
    /// They report different units, or each is a record of its own.
    None,
    /// Each brings a part of one list.
    Parts,
    /// One list, twice.
    Versions,
}

/// What is compared of a form's records.
pub struct Identity {
    /// Per field of the key: its column, and whether it may be empty.
    key: Vec<(usize, bool)>,
    /// Per field that makes two records differ: its columns.
    telling: Vec<Vec<usize>>,
}

impl Identity {
    pub fn of(form: &Form) -> Identity {
        let columns = form.columns();
        let all = |field: usize| -> Vec<usize> {
            columns.iter().enumerate().filter(|(_, column)| column.field == field).map(|(at, _)| at).collect()
        };
        let optional = |field: usize| form.fields.get(field).is_some_and(|field| !field.required);
        let key = naming(form).into_iter().filter_map(|field| Some((*all(field).first()?, optional(field))));
        let fields = form.fields.iter().enumerate();
        // Whose row it is says nothing of which of the sender's records it is.
        let telling = fields.filter(|(at, field)| !field.ordinal && !field.is_remark() && *at != form.unit_field);
        Identity { key: key.collect(), telling: telling.map(|(at, _)| all(at)).collect() }
    }
}

/// The fields by which a record is the same in two returns: the form's key, else its first rule of uniqueness, else the
/// texts that must be there.
pub fn naming(form: &Form) -> Vec<usize> {
    if !form.key.is_empty() {
        return form.key.clone();
    }
    if let Some(unique) = form.unique.first() {
        return unique.fields.clone();
    }
    let names = |ty: &FieldType| {
        use FieldType::{DocumentNumber, IdNumber, Name, Text, Unit};
        matches!(ty, Text | Name | IdNumber | DocumentNumber | Unit)
    };
    let fields = form.fields.iter().enumerate();
    fields.filter(|(_, field)| field.required && !field.ordinal && names(&field.ty)).map(|(at, _)| at).collect()
}

/// Hashes of a record's fields; `None` where one is empty.
type Cells = Vec<Option<u64>>;

/// One return's records of one form.
pub struct Records<'t> {
    identity: &'t Identity,
    tables: Vec<&'t FormTable>,
    /// Per record, in the order of the tables; `None` where a part of the key is missing.
    keys: Vec<Option<u64>>,
    known: BTreeSet<u64>,
    cells: OnceCell<Vec<Cells>>,
    /// Per record: whether another one of the same return is as near as a correction would be.
    likes: OnceCell<Vec<bool>>,
    shares: OnceCell<Shares>,
}

/// All fields in three parts: two records that differ in two fields agree in one of them.
type FieldThirds = [Vec<usize>; CORRECTED + 1];

/// What each record of a return says in each part of the fields, and which records say so.
struct Shares {
    of: Vec<[u64; CORRECTED + 1]>,
    with: [HashMap<u64, Vec<usize>>; CORRECTED + 1],
}

impl<'t> Records<'t> {
    pub fn of(identity: &'t Identity, tables: &[&'t FormTable]) -> Records<'t> {
        let tables = tables.to_vec();
        let keys: Vec<Option<u64>> = rows(&tables).map(|(table, row)| key(identity, table, row)).collect();
        let known = keys.iter().flatten().copied().collect();
        Records {
            identity,
            tables,
            keys,
            known,
            cells: OnceCell::new(),
            likes: OnceCell::new(),
            shares: OnceCell::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// The table and row of a record by its place.
    pub fn place(&self, mut at: usize) -> Option<(&'t FormTable, usize)> {
        for table in &self.tables {
            match at.checked_sub(table.origins.len()) {
                None => return Some((table, at)),
                Some(rest) => at = rest,
            }
        }
        None
    }

    /// The records that none of the others has, by their places.
    pub fn lacking(&self, others: &[&Records<'_>]) -> Vec<usize> {
        let known = |key: &Option<u64>| key.is_some_and(|key| others.iter().any(|other| other.known.contains(&key)));
        let strange = self.keys.iter().enumerate().filter(|(_, key)| !known(key)).map(|(at, _)| at);
        let mut strange: Vec<usize> = strange.collect();
        for other in others {
            let corrected = self.corrected(&strange, other);
            strange.retain(|at| !corrected.contains(at));
        }
        strange
    }

    /// The records that the others have under another key: corrected, as far as anybody can tell. `lacking` are those that
    /// they have not, in order.
    pub fn renamed(&self, others: &[&Records<'_>], lacking: &[usize]) -> Vec<usize> {
        let known = |key: &Option<u64>| key.is_some_and(|key| others.iter().any(|other| other.known.contains(&key)));
        let strange =
            self.keys.iter().enumerate().filter(|(at, key)| !known(key) && lacking.binary_search(at).is_err());
        strange.map(|(at, _)| at).collect()
    }

    /// Whether any record of one is in the other, changed or not. `parts` where the fields were parted for many returns:
    /// then a record is only compared with those that share a part with it.
    fn recurs(&self, other: &Records<'_>, parts: Option<&FieldThirds>) -> bool {
        #[cfg(test)]
        work::COMPARED.with(|compared| compared.set(compared.get() + 1));
        let (few, many) = if self.known.len() <= other.known.len() { (self, other) } else { (other, self) };
        few.known.iter().any(|key| many.known.contains(key))
            || match parts {
                Some(parts) => few.meets(many, parts),
                None => !self.corrected(&(0..self.len()).collect::<Vec<_>>(), other).is_empty(),
            }
    }

    /// Whether a record stands in the other return with a correction or two; of returns that have no key in common.
    fn meets(&self, other: &Records<'_>, parts: &FieldThirds) -> bool {
        let (mine, theirs) = (self.shares(parts), other.shares(parts));
        (0..self.len()).any(|at| {
            let shared = mine.of.get(at).into_iter().flatten().zip(&theirs.with);
            let mut beside = shared.flat_map(|(share, with)| with.get(share).into_iter().flatten().take(CROWD));
            beside.any(|there| is_near(&self.cells()[at], &other.cells()[*there]) && !other.has_like(*there))
                && !self.has_like(at)
        })
    }

    fn shares(&self, parts: &FieldThirds) -> &Shares {
        self.shares.get_or_init(|| {
            let said =
                |cells: &Cells| -> [u64; CORRECTED + 1] { std::array::from_fn(|part| share(cells, &parts[part])) };
            let of: Vec<[u64; CORRECTED + 1]> = self.cells().iter().map(said).collect();
            let mut with: [HashMap<u64, Vec<usize>>; CORRECTED + 1] = Default::default();
            for (at, shares) in of.iter().enumerate() {
                for (with, share) in with.iter_mut().zip(shares) {
                    with.entry(*share).or_default().push(at);
                }
            }
            Shares { of, with }
        })
    }

    /// Of some records, those that stand in the other return with a correction or two.
    fn corrected(&self, of: &[usize], other: &Records<'_>) -> BTreeSet<usize> {
        let free = |at: usize| other.keys[at].is_none_or(|key| !self.known.contains(&key));
        let there: Vec<usize> = (0..other.len()).filter(|at| free(*at)).collect();
        let mut corrected = BTreeSet::new();
        if of.is_empty() || there.is_empty() {
            return corrected;
        }
        let mut taken = BTreeSet::new();
        for (mine, theirs) in alike(self.cells(), of, other.cells(), &there) {
            if !taken.contains(&theirs) && !self.has_like(mine) && !other.has_like(theirs) && corrected.insert(mine) {
                taken.insert(theirs);
            }
        }
        corrected
    }

    /// Whether another record of the same return is as near as a correction would be.
    fn has_like(&self, at: usize) -> bool {
        let likes = self.likes.get_or_init(|| {
            let (cells, all) = (self.cells(), (0..self.len()).collect::<Vec<_>>());
            let mut likes = vec![false; all.len()];
            let pairs = alike(cells, &all, cells, &all);
            pairs.into_iter().filter(|(one, other)| one != other).for_each(|(one, _)| likes[one] = true);
            likes
        });
        likes.get(at).copied().unwrap_or_default()
    }

    fn cells(&self) -> &[Cells] {
        self.cells.get_or_init(|| rows(&self.tables).map(|(table, row)| cells(self.identity, table, row)).collect())
    }
}

fn rows<'t>(tables: &[&'t FormTable]) -> impl Iterator<Item = (&'t FormTable, usize)> {
    tables.iter().copied().flat_map(|table| (0..table.origins.len()).map(move |row| (table, row)))
}

fn hash(value: Value<'_>, into: &mut DefaultHasher) -> bool {
    let word = sameness(value);
    word.hash(into);
    word.is_some()
}

fn key(identity: &Identity, table: &FormTable, row: usize) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    let mut parts = 0;
    for (column, optional) in &identity.key {
        let filled = hash(table.columns.get(*column)?.value(row), &mut hasher);
        if !filled && !optional {
            return None;
        }
        parts += usize::from(filled);
    }
    (parts > 0).then(|| hasher.finish())
}

fn cells(identity: &Identity, table: &FormTable, row: usize) -> Cells {
    let cell = |columns: &Vec<usize>| {
        let mut hasher = DefaultHasher::new();
        let values = columns.iter().filter_map(|at| table.columns.get(*at));
        let mut filled = false;
        for column in values {
            filled |= hash(column.value(row), &mut hasher);
        }
        filled.then(|| hasher.finish())
    };
    identity.telling.iter().map(cell).collect()
}

/// Whether two records are equal in all but two of the fields that either fills, and in more than those.
fn is_near(a: &Cells, b: &Cells) -> bool {
    #[cfg(test)]
    work::RECORDS.with(|compared| compared.set(compared.get() + 1));
    let filled = a.iter().zip(b).filter(|(a, b)| a.is_some() || b.is_some());
    let (mut all, mut unlike) = (0, 0);
    for (a, b) in filled {
        all += 1;
        unlike += usize::from(a != b);
    }
    unlike <= CORRECTED && all > 2 * unlike && all > 1
}

/// Pairs of near records, by the places of the first. Two records that differ in two fields agree in one of three parts
/// of all fields, so only those that share a part are compared.
fn alike(a: &[Cells], of: &[usize], b: &[Cells], there: &[usize]) -> Vec<(usize, usize)> {
    let near = |mine: usize, theirs: usize| is_near(&a[mine], &b[theirs]).then_some((mine, theirs));
    if of.len() * there.len() <= FEW {
        return of.iter().flat_map(|mine| there.iter().filter_map(|theirs| near(*mine, *theirs))).collect();
    }
    let parts = parts(&there.iter().map(|at| &b[*at]).collect::<Vec<_>>());
    let mut found: BTreeSet<(usize, usize)> = BTreeSet::new();
    for fields in &parts {
        let mut index: HashMap<u64, Vec<usize>> = HashMap::with_capacity(there.len());
        for theirs in there {
            index.entry(share(&b[*theirs], fields)).or_default().push(*theirs);
        }
        for mine in of {
            let with = index.get(&share(&a[*mine], fields)).into_iter().flatten().take(CROWD);
            found.extend(with.filter_map(|theirs| near(*mine, *theirs)));
        }
    }
    found.into_iter().collect()
}

/// What a record says in some fields.
fn share(cells: &Cells, fields: &[usize]) -> u64 {
    let mut hasher = DefaultHasher::new();
    fields.iter().for_each(|field| cells.get(*field).hash(&mut hasher));
    hasher.finish()
}

/// The fields in three parts, each with its share of those that tell most.
fn parts(records: &[&Cells]) -> FieldThirds {
    let width = records.first().map_or(0, |cells| cells.len());
    let values = |field: usize| records.iter().map(|cells| cells.get(field)).collect::<HashSet<_>>().len();
    let mut fields: Vec<(usize, usize)> = (0..width).map(|field| (values(field), field)).collect();
    fields.sort_unstable_by(|a, b| b.cmp(a));
    let mut parts = FieldThirds::default();
    for (at, (_, field)) in fields.into_iter().enumerate() {
        parts[at % (CORRECTED + 1)].push(field);
    }
    parts
}

/// So few returns are compared each with each other.
const HANDFUL: usize = 8;
/// Of so many records that share a third of their fields, none is compared: their returns are.
const THRONG: usize = 512;

/// Which of many returns may have a record in common, changed or not; all others need not be compared.
pub enum Contacts {
    Any,
    Only { pairs: HashSet<(usize, usize)>, throng: HashSet<usize>, parts: FieldThirds },
}

impl Contacts {
    /// By the returns' places among `all`.
    pub fn among(all: &[&Records<'_>]) -> Contacts {
        if all.len() <= HANDFUL {
            return Contacts::Any;
        }
        let (mut pairs, mut throng) = (HashSet::new(), HashSet::new());
        let mut keys: HashMap<u64, Vec<usize>> = HashMap::new();
        for (at, records) in all.iter().enumerate() {
            records.known.iter().for_each(|key| keys.entry(*key).or_default().push(at));
        }
        for with in keys.values() {
            if with.len() > CROWD {
                throng.extend(with);
            } else {
                for (n, one) in with.iter().enumerate() {
                    pairs.extend(with.iter().take(n).map(|other| (*other, *one)));
                }
            }
        }
        // As within two returns: records that differ in two fields agree in one of three parts of all.
        let cells: Vec<&Cells> = all.iter().flat_map(|records| records.cells()).collect();
        let of: Vec<usize> =
            all.iter().enumerate().flat_map(|(at, records)| std::iter::repeat_n(at, records.len())).collect();
        let parts = parts(&cells);
        for fields in &parts {
            let mut sharing: HashMap<u64, Vec<usize>> = HashMap::with_capacity(cells.len());
            for (record, cells) in cells.iter().enumerate() {
                sharing.entry(share(cells, fields)).or_default().push(record);
            }
            for records in sharing.values().filter(|records| records.len() > 1) {
                if records.len() > THRONG {
                    throng.extend(records.iter().map(|record| of[*record]));
                    continue;
                }
                for (n, one) in records.iter().enumerate() {
                    for other in records.iter().take(n) {
                        let pair = (of[*other], of[*one]);
                        if pair.0 != pair.1 && !pairs.contains(&pair) && is_near(cells[*one], cells[*other]) {
                            pairs.insert(pair);
                        }
                    }
                }
            }
        }
        Contacts::Only { pairs, throng, parts }
    }

    /// Whether two of the returns have a record in common, changed or not.
    pub fn recurs(&self, (a, one): (usize, &Records<'_>), (b, other): (usize, &Records<'_>)) -> bool {
        let parts = match self {
            Contacts::Any => None,
            Contacts::Only { parts, .. } => Some(parts),
        };
        self.may_meet(a, b) && one.recurs(other, parts)
    }

    fn may_meet(&self, a: usize, b: usize) -> bool {
        match self {
            Contacts::Any => true,
            Contacts::Only { pairs, throng, .. } => {
                pairs.contains(&(a.min(b), a.max(b))) || throng.contains(&a) && throng.contains(&b)
            }
        }
    }
}

/// One return as kinship sees it.
pub struct Relative<'c> {
    pub version: &'c VersionEvidence,
    /// 推荐单位 that its rows name; empty where none could be read.
    pub units: &'c BTreeSet<u32>,
}

/// How the later of two returns stands to the earlier; `later_says` where its name calls it the later version, `recurs`
/// whether they have a record in common.
pub fn kinship(
    form: &Form,
    (a, b): (&Relative<'_>, &Relative<'_>),
    later_says: bool,
    recurs: impl FnOnce() -> bool,
) -> Kinship {
    if !a.units.is_empty() && !b.units.is_empty() && a.units.is_disjoint(b.units) {
        return Kinship::None;
    }
    if form.one_record_a_file {
        return if recurs() { Kinship::Versions } else { Kinship::None };
    }
    match a.version.part.differs(b.version.part) {
        true => Kinship::Parts,
        false if later_says || recurs() => Kinship::Versions,
        false => Kinship::Parts,
    }
}

/// How much was compared, for tests that hold how it grows.
#[cfg(test)]
pub mod work {
    use std::cell::Cell;

    thread_local! {
        /// Pairs of returns whose records were compared.
        pub static COMPARED: Cell<usize> = const { Cell::new(0) };
        /// Pairs of records that were compared field by field.
        pub static RECORDS: Cell<usize> = const { Cell::new(0) };
    }
}
