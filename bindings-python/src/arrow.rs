//! Arrow tables in and out of Python, through the PyCapsule interface that every dataframe has.
//!
//! Going out needs no unsafe code. Coming in, the pointers of the C interface are taken over: this
//! is all the unsafe code of guerdon. What a producer says of its buffers' sizes has to be
//! believed, because the interface carries none; everything else is checked when a column is
//! read. Each column comes in by itself, so that one which nobody reads cannot spoil the table.

#![allow(unsafe_code, reason = "the pointers of the Arrow C interface")]

use std::ffi::{CStr, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi_and_data_type};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{ArrayRef, NullArray, RecordBatch, RecordBatchIterator, make_array};
use arrow_schema::{ArrowError, DataType};
use guerdon::Problem;
use guerdon::columns::arrow::{ArrowTable, broken};
use guerdon::kernel::document::refusal::TYPE_MISMATCH;
use guerdon::python::raise;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";

/// Reads the table of any Arrow producer: pyarrow, polars, pandas, DuckDB.
pub(crate) fn read(table: &Bound<'_, PyAny>) -> PyResult<ArrowTable> {
    if let Some(export) = table.getattr_opt("__arrow_c_stream__")? {
        let stream = take_stream(&export.call0()?)?;
        // The producer may compute what it streams, in threads that need the interpreter.
        return table.py().detach(|| whole(|| read_stream(stream))).map_err(raise);
    }
    if let Some(export) = table.getattr_opt("__arrow_c_array__")? {
        let (schema, array) = take_array(&export.call0()?)?;
        return whole(|| read_array(&schema, array)).map_err(raise);
    }
    let class = table.get_type().name()?;
    Err(raise(Problem::new(
        TYPE_MISMATCH,
        format!("a `{class}` is no Arrow table"),
        "pass a table of pyarrow, polars, pandas (with pyarrow) or DuckDB",
    )))
}

/// Moves the stream out of a capsule, whose destructor then finds it released.
fn take_stream(capsule: &Bound<'_, PyAny>) -> PyResult<FFI_ArrowArrayStream> {
    let stream = capsule.cast::<PyCapsule>()?.pointer_checked(Some(STREAM))?.cast();
    // SAFETY: a capsule of this name holds a stream, and lives while it is borrowed here.
    Ok(unsafe { FFI_ArrowArrayStream::from_raw(stream.as_ptr()) })
}

/// Moves a schema and an array of it out of their capsules.
fn take_array(capsules: &Bound<'_, PyAny>) -> PyResult<(FFI_ArrowSchema, FFI_ArrowArray)> {
    let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) = capsules.extract()?;
    let schema = schema.pointer_checked(Some(SCHEMA))?.cast();
    let array = array.pointer_checked(Some(ARRAY))?.cast();
    // SAFETY: capsules of these names hold a schema and an array of it, and live in the tuple
    // that is borrowed here.
    unsafe {
        Ok((FFI_ArrowSchema::from_raw(schema.as_ptr()), FFI_ArrowArray::from_raw(array.as_ptr())))
    }
}

/// What arrow asserts of a producer that breaks its word is a problem of the table.
fn whole<T>(read: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(broken(&"its parts contradict each other")))
}

fn read_array(schema: &FFI_ArrowSchema, array: FFI_ArrowArray) -> Result<ArrowTable, Problem> {
    let (types, mut table) = empty_table(schema)?;
    push(&mut table, &types, array)?;
    Ok(table)
}

/// Reads a stream to its end.
fn read_stream(mut stream: FFI_ArrowArrayStream) -> Result<ArrowTable, Problem> {
    let (Some(get_schema), Some(get_next)) = (stream.get_schema(), stream.get_next()) else {
        return Err(broken(&"the stream has been released"));
    };
    let mut schema = FFI_ArrowSchema::empty();
    // SAFETY: the callback is the stream's own, and writes to a schema that is empty.
    let failed = unsafe { get_schema(&raw mut stream, &raw mut schema) } != 0;
    if failed {
        return Err(last_error(&mut stream));
    }
    let (types, mut table) = empty_table(&schema)?;
    loop {
        let mut array = FFI_ArrowArray::empty();
        // SAFETY: the callback is the stream's own, and writes to an array that is empty.
        let failed = unsafe { get_next(&raw mut stream, &raw mut array) } != 0;
        if failed {
            return Err(last_error(&mut stream));
        }
        if array.is_released() {
            return Ok(table);
        }
        push(&mut table, &types, array)?;
    }
}

/// What a stream says of the call that has just failed.
fn last_error(stream: &mut FFI_ArrowArrayStream) -> Problem {
    let message = stream.get_last_error().and_then(|get_last_error| {
        // SAFETY: the callback is the stream's own, and its last call has failed; the text lives
        // until the next one, and is copied here.
        unsafe {
            let text = get_last_error(stream);
            (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
        }
    });
    broken(&message.unwrap_or_else(|| "its stream failed".to_owned()))
}

/// The types of a table's columns, and a table that has them.
type Types = Vec<Option<DataType>>;

fn empty_table(schema: &FFI_ArrowSchema) -> Result<(Types, ArrowTable), Problem> {
    if schema.format() != "+s" {
        return Err(broken(&"it is one column, not a table"));
    }
    let columns = || {
        let name = |column: &FFI_ArrowSchema| column.name().unwrap_or_default().to_owned();
        schema.children().map(move |column| (name(column), DataType::try_from(column)))
    };
    Ok((columns().map(|(_, of)| of.ok()).collect(), ArrowTable::new(columns())))
}

/// How every array of the interface begins.
#[repr(C)]
struct Head {
    length: i64,
    null_count: i64,
    offset: i64,
    buffer_count: i64,
    child_count: i64,
    buffers: *const *const c_void,
    children: *const *mut FFI_ArrowArray,
}

/// Adds a chunk to a table: an array whose children are the columns.
fn push(table: &mut ArrowTable, types: &Types, chunk: FFI_ArrowArray) -> Result<(), Problem> {
    // SAFETY: the interface fixes how an array begins.
    let head = unsafe { &*(&raw const chunk).cast::<Head>() };
    let (Ok(rows), Ok(offset)) = (usize::try_from(head.length), usize::try_from(head.offset))
    else {
        return Err(broken(&"a chunk has less than no rows"));
    };
    if head.null_count > 0 || usize::try_from(head.child_count) != Ok(types.len()) {
        return Err(broken(&"a chunk is no table of the columns that were announced"));
    }
    let arrays = types.iter().enumerate().map(|(position, of)| {
        // SAFETY: the position is below the number of children. A child is moved out of its
        // parent, which the interface allows as long as the parent is released soon after.
        let child = unsafe { FFI_ArrowArray::from_raw(*head.children.add(position)) };
        column(child, of.as_ref(), offset, rows)
    });
    table.push(rows, arrays.collect())
}

/// A column of a chunk. Arrays of nulls are not looked at, for some have buffers and some have
/// none.
fn column(
    child: FFI_ArrowArray,
    of: Option<&DataType>,
    offset: usize,
    rows: usize,
) -> Result<ArrayRef, ArrowError> {
    let contradiction = || ArrowError::CDataInterface("its parts contradict each other".to_owned());
    let of = match of {
        None | Some(DataType::Null) => return Ok(Arc::new(NullArray::new(rows))),
        Some(of) => of.clone(),
    };
    let array = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the array is of this type; what its producer says of the buffers' sizes has to
        // be believed.
        unsafe { from_ffi_and_data_type(child, of) }.map(make_array)
    }));
    let array = array.map_err(|_| contradiction())??;
    let beyond = offset.checked_add(rows).is_none_or(|end| end > array.len());
    if beyond { Err(contradiction()) } else { Ok(array.slice(offset, rows)) }
}

/// Columns that any Arrow consumer takes: `pyarrow.table(columns)`, `polars.DataFrame(columns)`.
#[pyclass(frozen, module = "guerdon", name = "Columns")]
pub(crate) struct Columns {
    batch: RecordBatch,
}

impl Columns {
    pub(crate) const fn new(batch: RecordBatch) -> Self {
        Self { batch }
    }
}

#[pymethods]
impl Columns {
    /// The names of the columns.
    #[getter]
    fn names(&self) -> Vec<String> {
        self.batch.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }

    fn __repr__(&self) -> String {
        format!("Columns({} rows: {})", self.batch.num_rows(), self.names().join(", "))
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema(py, &self.batch)
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        stream(py, &self.batch)
    }
}

/// The schema of a batch, for its consumer.
pub(crate) fn schema<'py>(py: Python<'py>, batch: &RecordBatch) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(batch.schema().as_ref());
    PyCapsule::new_with_value(py, schema.map_err(|reason| raise(broken(&reason)))?, SCHEMA)
}

/// A batch as a stream of one, for its consumer. Another schema may be requested and need not be
/// given; consumers cast.
pub(crate) fn stream<'py>(py: Python<'py>, batch: &RecordBatch) -> PyResult<Bound<'py, PyCapsule>> {
    let reader = RecordBatchIterator::new([Ok(batch.clone())], batch.schema());
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
}
