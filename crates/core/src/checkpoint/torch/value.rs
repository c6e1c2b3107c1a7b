//! What a pickle of weights may hold.

use std::ops::Range;

/// Number of a value in [`Pickle::values`]. Values refer to each other by number, so a structure that holds itself cannot be
/// walked without end, and is dropped without recursion.
pub type Id = u32;

/// Tensors of a file at most: a model with an optimizer's moments has some hundred.
pub const MAX_TENSORS: usize = 20_000;

/// Bytes of the pickle.
pub type Span = Range<u32>;

/// Element type of a storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    /// f64.
    F64,
    /// f32.
    F32,
    /// f16.
    F16,
    /// bf16.
    Bf16,
    /// i64.
    I64,
    /// i32.
    I32,
    /// i16.
    I16,
    /// i8.
    I8,
    /// u8.
    U8,
    /// A byte, 0 or 1.
    Bool,
}

/// Every element type with the name of its storage's class in PyTorch.
const STORAGES: [(&str, Dtype); 10] = [
    ("DoubleStorage", Dtype::F64),
    ("FloatStorage", Dtype::F32),
    ("HalfStorage", Dtype::F16),
    ("BFloat16Storage", Dtype::Bf16),
    ("LongStorage", Dtype::I64),
    ("IntStorage", Dtype::I32),
    ("ShortStorage", Dtype::I16),
    ("CharStorage", Dtype::I8),
    ("ByteStorage", Dtype::U8),
    ("BoolStorage", Dtype::Bool),
];

impl Dtype {
    /// Bytes of an element.
    pub fn size(self) -> u64 {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::Bf16 | Self::I16 => 2,
            Self::I8 | Self::U8 | Self::Bool => 1,
        }
    }

    /// The class of its storages.
    pub fn storage(self) -> &'static str {
        STORAGES.iter().find(|(_, dtype)| *dtype == self).map_or("", |(name, _)| name)
    }
}

/// The names of Python that a file of weights needs. None of them runs anything here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// `collections.OrderedDict`.
    OrderedDict,
    /// `torch._utils._rebuild_tensor` and `_rebuild_tensor_v2`.
    RebuildTensor,
    /// `torch._utils._rebuild_parameter`.
    RebuildParameter,
    /// `torch.FloatStorage` and the like.
    Storage(Dtype),
    /// `torch.Size`.
    Size,
    /// `torch.device` and element types, which stand beside weights and are not used.
    Unused,
}

impl Name {
    /// The name in a module, if it is one of these.
    pub fn find(module: &str, name: &str) -> Option<Self> {
        const DTYPES: [&str; 10] =
            ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"];
        Some(match (module, name) {
            ("collections", "OrderedDict") => Self::OrderedDict,
            ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Self::RebuildTensor,
            ("torch._utils", "_rebuild_parameter") => Self::RebuildParameter,
            ("torch", "Size") => Self::Size,
            ("torch", "device") => Self::Unused,
            ("torch", dtype) if DTYPES.contains(&dtype) => Self::Unused,
            ("torch", class) => Self::Storage(STORAGES.iter().find(|(storage, _)| *storage == class)?.1),
            _ => return None,
        })
    }
}

/// A storage as a tensor refers to it.
#[derive(Clone, Debug)]
pub struct Storage {
    /// Element type.
    pub dtype: Dtype,
    /// Its name in the file.
    pub key: Span,
    /// Elements before the view that this is (files before PyTorch 0.4).
    pub skipped: u64,
}

/// A tensor as it is written down: which elements of a storage it has.
#[derive(Clone, Debug)]
pub struct View {
    /// A [`Value::Storage`].
    pub storage: Id,
    /// Its first element.
    pub offset: u64,
    /// Lengths.
    pub shape: Vec<u64>,
    /// Elements from one index to the next, for every dimension.
    pub strides: Vec<u64>,
}

/// One value.
#[derive(Clone, Debug)]
pub enum Value {
    /// None, bytes, a device, a float or another value of which no use is made.
    Unused,
    /// True or False.
    Bool(bool),
    /// An integer of at most 64 bits.
    Int(i64),
    /// A larger one, little-endian.
    Long(Span),
    /// A string.
    Text(Span),
    /// A tuple.
    Tuple(Vec<Id>),
    /// A list.
    List(Vec<Id>),
    /// A dict or an OrderedDict.
    Dict(Vec<(Id, Id)>),
    /// A name of Python.
    Name(Name),
    /// A storage.
    Storage(Box<Storage>),
    /// A tensor.
    Tensor(Box<View>),
}

/// A pickle that was read.
pub struct Pickle<'a> {
    /// Its bytes, and what follows.
    pub bytes: &'a [u8],
    /// Every value.
    pub values: Vec<Value>,
    /// The one that it stands for.
    pub root: Id,
    /// Where it ends in `bytes`.
    pub end: usize,
}

impl Pickle<'_> {
    /// A value.
    pub fn get(&self, id: Id) -> &Value {
        self.values.get(id as usize).unwrap_or(&Value::Unused)
    }

    /// A string.
    pub fn text(&self, span: &Span) -> &str {
        let bytes = self.bytes.get(span.start as usize..span.end as usize).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// Whether a value is this string. Other than [`Pickle::text`] it takes the same time for strings of any length, of which
    /// a dict may have the same one as a key again and again.
    pub fn is_text(&self, id: Id, wanted: &str) -> bool {
        matches!(self.get(id), Value::Text(span) if self.bytes.get(span.start as usize..span.end as usize) == Some(wanted.as_bytes()))
    }

    /// A value as a string.
    pub fn as_text(&self, id: Id) -> Option<&str> {
        match self.get(id) {
            Value::Text(span) => Some(self.text(span)),
            _ => None,
        }
    }
}
