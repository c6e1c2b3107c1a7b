//! The pickle machine: the instructions of protocols 2 to 5 that files of weights have, and no others. It calls nothing: the
//! few names that such files need stand for the values that they would make, every other name is refused.

use std::collections::HashMap;

use super::TorchError;
use super::value::{Id, MAX_TENSORS, Name, Pickle, Span, Storage, Value, View};

/// Bytes of a pickle at most; that of a model has some thousand.
pub const MAX_PICKLE: u64 = 1 << 24;
/// Instructions at most: together with their values they stay below 100 MB.
const MAX_STEPS: usize = 1 << 20;
/// Unfinished tuples, lists and dicts within each other.
const MAX_MARKS: usize = 1000;
/// Bytes of a name: of Python, of a storage.
const MAX_NAME: usize = 200;
/// Dimensions of a tensor.
const MAX_DIMENSIONS: usize = 16;

/// Runs the pickle that begins at `start`.
///
/// # Errors
/// The first instruction that cannot be followed, with its place in `bytes`.
pub fn run(bytes: &[u8], start: usize) -> Result<Pickle<'_>, TorchError> {
    let mut machine = Machine {
        bytes,
        at: start,
        values: vec![Value::Unused],
        stack: vec![],
        marks: vec![],
        memo: HashMap::new(),
        copied: 0,
        tensors: 0,
    };
    for _ in 0..MAX_STEPS {
        let offset = machine.at;
        let fault = |problem| TorchError::Pickle { offset, problem };
        let code = machine.byte().map_err(|_| fault("it ends without STOP".into()))?;
        if code == STOP {
            let root = machine.pop().map_err(fault)?;
            return Ok(Pickle { bytes, values: machine.values, root, end: machine.at });
        }
        machine.step(code).map_err(fault)?;
    }
    Err(TorchError::Pickle { offset: machine.at, problem: format!("more than {MAX_STEPS} instructions") })
}

const STOP: u8 = b'.';
/// [`Value::Unused`].
const UNUSED: Id = 0;

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    values: Vec<Value>,
    stack: Vec<Id>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
    /// Pairs that calls of OrderedDict copied out of lists: the only instruction whose cost is not its own length.
    copied: usize,
    /// Tensors that were made.
    tensors: usize,
}

type Step<T = ()> = Result<T, String>;

impl Machine<'_> {
    fn step(&mut self, code: u8) -> Step {
        match code {
            // PROTO, FRAME.
            0x80 => match self.byte()? {
                2..=5 => {}
                other => return Err(format!("protocol {other}, expected 2 to 5")),
            },
            0x95 => {
                let length = self.length::<8>()?;
                self.check(length)?;
            }
            // MARK.
            b'(' => {
                if self.marks.len() == MAX_MARKS {
                    return Err(format!("more than {MAX_MARKS} marks within each other"));
                }
                self.marks.push(self.stack.len());
            }
            // NONE, NEWTRUE, NEWFALSE.
            b'N' => self.stack.push(UNUSED),
            0x88 => self.push(Value::Bool(true)),
            0x89 => self.push(Value::Bool(false)),
            // BININT, BININT1, BININT2.
            b'J' => {
                let value = i32::from_le_bytes(self.array()?);
                self.push(Value::Int(value.into()));
            }
            b'K' => {
                let value = self.byte()?;
                self.push(Value::Int(value.into()));
            }
            b'M' => {
                let value = u16::from_le_bytes(self.array()?);
                self.push(Value::Int(value.into()));
            }
            // LONG1.
            0x8a => {
                let length = self.byte()?.into();
                let span = self.span(length)?;
                let digits = &self.bytes[span.start as usize..span.end as usize];
                let value = if digits.len() <= 8 { Value::Int(signed(digits)) } else { Value::Long(span) };
                self.push(value);
            }
            // BINFLOAT; BINBYTES, SHORT_BINBYTES, BINBYTES8.
            b'G' => self.unused(8)?,
            b'B' => {
                let length = self.length::<4>()?;
                self.unused(length)?;
            }
            b'C' => {
                let length = self.length::<1>()?;
                self.unused(length)?;
            }
            0x8e => {
                let length = self.length::<8>()?;
                self.unused(length)?;
            }
            // BINUNICODE and BINSTRING; SHORT_BINUNICODE and SHORT_BINSTRING; BINUNICODE8.
            b'X' | b'T' => {
                let length = self.length::<4>()?;
                self.text(length)?;
            }
            0x8c | b'U' => {
                let length = self.length::<1>()?;
                self.text(length)?;
            }
            0x8d => {
                let length = self.length::<8>()?;
                self.text(length)?;
            }
            // EMPTY_TUPLE, TUPLE1, TUPLE2, TUPLE3, TUPLE.
            b')' => self.push(Value::Tuple(vec![])),
            0x85..=0x87 => {
                let items = self.top(usize::from(code - 0x84))?;
                self.push(Value::Tuple(items));
            }
            b't' => {
                let items = self.marked()?;
                self.push(Value::Tuple(items));
            }
            // EMPTY_LIST, LIST, APPEND, APPENDS.
            b']' => self.push(Value::List(vec![])),
            b'l' => {
                let items = self.marked()?;
                self.push(Value::List(items));
            }
            b'a' => {
                let items = self.top(1)?;
                self.append(items)?;
            }
            b'e' => {
                let items = self.marked()?;
                self.append(items)?;
            }
            // EMPTY_DICT, DICT, SETITEM, SETITEMS.
            b'}' => self.push(Value::Dict(vec![])),
            b'd' => {
                let items = self.marked()?;
                self.push(Value::Dict(vec![]));
                self.set(&items)?;
            }
            b's' => {
                let items = self.top(2)?;
                self.set(&items)?;
            }
            b'u' => {
                let items = self.marked()?;
                self.set(&items)?;
            }
            // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET.
            b'q' => {
                let index = self.byte()?.into();
                self.remember(index)?;
            }
            b'r' => {
                let index = u32::from_le_bytes(self.array()?);
                self.remember(index)?;
            }
            0x94 => self.remember(self.memo.len() as u32)?,
            b'h' => {
                let index = self.byte()?.into();
                self.recall(index)?;
            }
            b'j' => {
                let index = u32::from_le_bytes(self.array()?);
                self.recall(index)?;
            }
            // GLOBAL, STACK_GLOBAL.
            b'c' => {
                let [module, name] = [self.line()?, self.line()?];
                self.name(module, name)?;
            }
            0x93 => {
                let items = self.top(2)?;
                let [module, name] = [items[0], items[1]].map(|id| match self.value(id) {
                    Value::Text(span) => Ok(span.clone()),
                    _ => Err("a name that is no text".to_owned()),
                });
                self.name(module?, name?)?;
            }
            // REDUCE, BUILD, BINPERSID.
            b'R' => {
                let items = self.top(2)?;
                let made = self.call(items[0], items[1])?;
                self.stack.push(made);
            }
            b'b' => {
                self.pop()?;
                let object = self.last()?;
                // What an OrderedDict is given so (`_metadata`) says nothing of the weights.
                if !matches!(self.value(object), Value::Dict(_)) {
                    return Err("it sets the state of an object that is no dict".into());
                }
            }
            b'Q' => {
                let id = self.pop()?;
                let storage = self.storage(id)?;
                self.push(Value::Storage(Box::new(storage)));
            }
            _ => return Err(format!("instruction 0x{code:02x}, which files of weights do not have")),
        }
        Ok(())
    }

    fn value(&self, id: Id) -> &Value {
        self.values.get(id as usize).unwrap_or(&Value::Unused)
    }

    fn push(&mut self, value: Value) {
        // Numbers fit: there are no more values than instructions.
        self.stack.push(self.values.len() as Id);
        self.values.push(value);
    }

    fn unused(&mut self, length: u64) -> Step {
        self.span(length)?;
        self.stack.push(UNUSED);
        Ok(())
    }

    fn text(&mut self, length: u64) -> Step {
        let span = self.span(length)?;
        if std::str::from_utf8(&self.bytes[span.start as usize..span.end as usize]).is_err() {
            return Err("a text that is not UTF-8".into());
        }
        self.push(Value::Text(span));
        Ok(())
    }

    /// The height above which instructions may take values: the last mark's.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn pop(&mut self) -> Step<Id> {
        Ok(self.top(1)?[0])
    }

    fn last(&self) -> Step<Id> {
        let last = self.stack.get(self.floor()..).and_then(<[Id]>::last);
        last.copied().ok_or_else(|| "nothing is on the stack".to_owned())
    }

    fn top(&mut self, count: usize) -> Step<Vec<Id>> {
        match self.stack.len().checked_sub(count).filter(|&height| height >= self.floor()) {
            Some(height) => Ok(self.stack.split_off(height)),
            None => Err(format!("{count} values are expected on the stack")),
        }
    }

    fn marked(&mut self) -> Step<Vec<Id>> {
        let height = self.marks.pop().ok_or("no mark is on the stack")?;
        Ok(self.stack.split_off(height))
    }

    fn append(&mut self, items: Vec<Id>) -> Step {
        let list = self.last()?;
        match self.values.get_mut(list as usize) {
            Some(Value::List(list)) => list.extend(items),
            _ => return Err("it appends to what is no list".into()),
        }
        Ok(())
    }

    fn set(&mut self, items: &[Id]) -> Step {
        let dict = self.last()?;
        let (pairs, []) = items.as_chunks::<2>() else { return Err("a key without a value".into()) };
        match self.values.get_mut(dict as usize) {
            Some(Value::Dict(dict)) => dict.extend(pairs.iter().map(|&[key, value]| (key, value))),
            _ => return Err("it sets items of what is no dict".into()),
        }
        Ok(())
    }

    fn remember(&mut self, index: u32) -> Step {
        let id = self.last()?;
        self.memo.insert(index, id);
        Ok(())
    }

    fn recall(&mut self, index: u32) -> Step {
        let id = self.memo.get(&index).ok_or_else(|| format!("nothing is remembered under {index}"))?;
        self.stack.push(*id);
        Ok(())
    }

    fn name(&mut self, module: Span, name: Span) -> Step {
        let text = |span: &Span| {
            let bytes = &self.bytes[span.start as usize..span.end as usize];
            std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_NAME)
        };
        let (Some(module), Some(name)) = (text(&module), text(&name)) else {
            return Err(format!("a name of Python of more than {MAX_NAME} bytes, or not in UTF-8"));
        };
        let Some(known) = Name::find(module, name) else {
            let shown = format!("{module}.{name}").escape_debug().to_string();
            return Err(format!("it asks Python for {shown}, which weights do not need; nothing was run"));
        };
        self.push(Value::Name(known));
        Ok(())
    }

    /// The value that a call would make.
    fn call(&mut self, callee: Id, arguments: Id) -> Step<Id> {
        let (Value::Name(name), Value::Tuple(arguments)) = (self.value(callee), self.value(arguments)) else {
            return Err("it calls what is no name of Python, or without a tuple of arguments".into());
        };
        let value = match (*name, &arguments[..]) {
            (Name::OrderedDict, []) => Value::Dict(vec![]),
            // As Python 2 wrote it: a list of pairs.
            (Name::OrderedDict, [list]) => {
                let Value::List(items) = self.value(*list) else { return Err("an OrderedDict of no list".into()) };
                let copied = self.copied + items.len();
                if copied > MAX_STEPS {
                    return Err(format!("more than {MAX_STEPS} entries in OrderedDicts of lists"));
                }
                let pair = |id: &Id| match self.value(*id) {
                    Value::Tuple(pair) | Value::List(pair) => <[Id; 2]>::try_from(&pair[..]).ok().map(|[a, b]| (a, b)),
                    _ => None,
                };
                let pairs = items.iter().map(pair).collect::<Option<_>>().ok_or("an OrderedDict of no pairs")?;
                self.copied = copied;
                Value::Dict(pairs)
            }
            (Name::RebuildTensor, [storage, offset, shape, strides, ..]) => {
                if !matches!(self.value(*storage), Value::Storage(_)) {
                    return Err("a tensor without a storage".into());
                }
                let [shape, strides] = [self.lengths(*shape)?, self.lengths(*strides)?];
                if shape.len() != strides.len() {
                    return Err(format!("a tensor of {} dimensions with {} strides", shape.len(), strides.len()));
                }
                let offset = self.count(*offset)?;
                let storage = *storage;
                self.tensors += 1;
                if self.tensors > MAX_TENSORS {
                    return Err(format!("more than {MAX_TENSORS} tensors"));
                }
                Value::Tensor(Box::new(View { storage, offset, shape, strides }))
            }
            (Name::RebuildParameter, [tensor, ..]) if matches!(self.value(*tensor), Value::Tensor(_)) => {
                return Ok(*tensor);
            }
            (Name::Size, [lengths]) => return Ok(*lengths),
            (Name::Unused, _) => return Ok(UNUSED),
            (name, arguments) => return Err(format!("a call of {name:?} with {} arguments", arguments.len())),
        };
        let id = self.values.len() as Id;
        self.values.push(value);
        Ok(id)
    }

    fn count(&self, id: Id) -> Step<u64> {
        match self.value(id) {
            Value::Int(number) => u64::try_from(*number).map_err(|_| format!("{number}, expected at least 0")),
            _ => Err("a whole number is expected".into()),
        }
    }

    fn lengths(&self, id: Id) -> Step<Vec<u64>> {
        match self.value(id) {
            Value::Tuple(items) | Value::List(items) if items.len() <= MAX_DIMENSIONS => {
                items.iter().map(|id| self.count(*id)).collect()
            }
            _ => Err(format!("a tuple of at most {MAX_DIMENSIONS} lengths is expected")),
        }
    }

    /// `('storage', class, key, device, count)`, before PyTorch 0.4 with a view `(key, offset, count)` or None behind it.
    fn storage(&self, id: Id) -> Step<Storage> {
        let wrong = || "a persistent id that is no storage".to_owned();
        let Value::Tuple(items) = self.value(id) else { return Err(wrong()) };
        let [kind, class, key, _, count, view @ ..] = &items[..] else { return Err(wrong()) };
        let is_storage = matches!(self.value(*kind), Value::Text(span) if self.bytes.get(span.start as usize..span.end as usize) == Some(b"storage"));
        let (true, Value::Name(Name::Storage(dtype)), Value::Text(key)) =
            (is_storage, self.value(*class), self.value(*key))
        else {
            return Err(wrong());
        };
        if key.len() > MAX_NAME {
            return Err(format!("a storage whose name has more than {MAX_NAME} bytes"));
        }
        // How many elements there are is told by the file itself.
        self.count(*count)?;
        let mut storage = Storage { dtype: *dtype, key: key.clone(), skipped: 0 };
        if let [view] = view
            && let Value::Tuple(view) = self.value(*view)
        {
            let [_, offset, _] = &view[..] else { return Err(wrong()) };
            storage.skipped = self.count(*offset)?;
        }
        Ok(storage)
    }

    fn byte(&mut self) -> Step<u8> {
        Ok(self.array::<1>()?[0])
    }

    fn array<const N: usize>(&mut self) -> Step<[u8; N]> {
        let found = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk).ok_or("it ends within an instruction")?;
        self.at += N;
        Ok(*found)
    }

    /// A length of so many bytes.
    fn length<const N: usize>(&mut self) -> Step<u64> {
        let mut whole = [0; 8];
        whole[..N].copy_from_slice(&self.array::<N>()?);
        Ok(u64::from_le_bytes(whole))
    }

    /// Whether the pickle has so many bytes more.
    fn check(&self, length: u64) -> Step {
        let rest = self.bytes.len() - self.at;
        if length > rest as u64 { Err(format!("a length of {length}, but {rest} bytes are left")) } else { Ok(()) }
    }

    fn span(&mut self, length: u64) -> Step<Span> {
        self.check(length)?;
        let start = self.at;
        self.at += length as usize;
        // Both fit: a pickle has at most MAX_PICKLE bytes.
        Ok(start as u32..self.at as u32)
    }

    fn line(&mut self) -> Step<Span> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|&byte| byte == b'\n').ok_or("a name without an end")?;
        let span = self.span(length as u64)?;
        self.at += 1;
        Ok(span)
    }
}

/// A two's complement number of at most 8 bytes.
fn signed(digits: &[u8]) -> i64 {
    let mut whole = [if digits.last().is_some_and(|top| top & 0x80 != 0) { 0xff } else { 0 }; 8];
    whole[..digits.len()].copy_from_slice(digits);
    i64::from_le_bytes(whole)
}
