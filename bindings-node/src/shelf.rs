//! Objects of JavaScript by number, for the calls that are made once an event.
//!
//! An object that is an argument costs N-API and its checks about a third of a microsecond, three of
//! them more than the rule that an event triggers; a number costs next to nothing. The object still owns
//! what is on the shelf: it is put there when the object is made and goes when the object does, or
//! rather at the next call after that, because a call may have read the number of an object whose
//! last use that was. JavaScript's own classes keep the number beside the object.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::thread::LocalKey;

use napi::{Error, Result, Status};

/// What the objects of one class hold, in one thread of JavaScript.
pub(crate) struct Shelf<T> {
    held: HashMap<u32, Arc<T>>,
    gone: Vec<u32>,
    next: u32,
}

/// Where the shelf of a class is.
pub(crate) type Place<T> = LocalKey<RefCell<Shelf<T>>>;

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { held: HashMap::new(), gone: Vec::new(), next: 0 }
    }
}

impl<T> Shelf<T> {
    fn clear(&mut self) {
        for number in self.gone.drain(..) {
            self.held.remove(&number);
        }
    }
}

/// Something on a shelf, for as long as this is kept.
pub(crate) struct Held<T: 'static> {
    shelf: &'static Place<T>,
    pub(crate) number: u32,
    pub(crate) value: Arc<T>,
}

impl<T> Held<T> {
    /// Puts a value on its shelf.
    pub(crate) fn new(shelf: &'static Place<T>, value: Arc<T>) -> Self {
        let number = shelf.with_borrow_mut(|shelf| {
            shelf.clear();
            while shelf.held.contains_key(&shelf.next) {
                shelf.next = shelf.next.wrapping_add(1);
            }
            let number = shelf.next;
            shelf.next = number.wrapping_add(1);
            shelf.held.insert(number, Arc::clone(&value));
            number
        });
        Self { shelf, number, value }
    }
}

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        // A thread that ends takes its shelf with it, perhaps before its last objects.
        let _ended = self.shelf.try_with(|shelf| {
            if let Ok(mut shelf) = shelf.try_borrow_mut() {
                shelf.gone.push(self.number);
            }
        });
    }
}

/// What a number stands for.
pub(crate) fn on<T>(shelf: &'static Place<T>, number: u32) -> Result<Arc<T>> {
    let found = shelf.with_borrow_mut(|shelf| {
        let found = shelf.held.get(&number).cloned();
        shelf.clear();
        found
    });
    found.ok_or_else(|| Error::new(Status::InvalidArg, "there is no such object"))
}
