// Package cache holds what was asked for last.
package cache

import "container/list"

type entry[K comparable, V any] struct {
	key   K
	value V
}

// LRU forgets what has not been used for longest.
type LRU[K comparable, V any] struct {
	Hits, Misses int
	capacity     int
	order        *list.List
	places       map[K]*list.Element
}

// New returns an empty cache for so many entries.
func New[K comparable, V any](capacity int) *LRU[K, V] {
	return &LRU[K, V]{capacity: capacity, order: list.New(), places: map[K]*list.Element{}}
}

// Len returns how many entries there are.
func (c *LRU[K, V]) Len() int { return c.order.Len() }

// Get returns the value, and whether there is one.
func (c *LRU[K, V]) Get(key K) (value V, ok bool) {
	place, ok := c.places[key]
	if !ok {
		c.Misses++
		return value, false
	}
	c.Hits++
	c.order.MoveToFront(place)
	return place.Value.(entry[K, V]).value, true
}

// Set keeps a value, and forgets the oldest if there are too many.
func (c *LRU[K, V]) Set(key K, value V) {
	c.places[key] = c.order.PushFront(entry[K, V]{key, value})
	if c.order.Len() > c.capacity {
		oldest := c.order.Back()
		delete(c.places, oldest.Value.(entry[K, V]).key)
		c.order.Remove(oldest)
	}
}

// Clear forgets everything but the counts.
func (c *LRU[K, V]) Clear() {
	c.order.Init()
	clear(c.places)
}
