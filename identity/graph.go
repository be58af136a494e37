package identity

import (
	"slices"

	"sightline"
)

// graph is entities and the links between them.
type graph struct {
	ids   []sightline.EntityID // in order
	at    map[sightline.EntityID]int
	edges [][2]int
	of    [][]int // places of the edges at each entity
}

func newGraph(links []Link) *graph {
	g := &graph{at: map[sightline.EntityID]int{}}
	for _, l := range links {
		g.ids = append(g.ids, l.A, l.B)
	}
	slices.SortFunc(g.ids, sightline.EntityID.Compare)
	g.ids = slices.Compact(g.ids)
	for i, id := range g.ids {
		g.at[id] = i
	}
	g.of = make([][]int, len(g.ids))
	for i, l := range links {
		a, b := g.at[l.A], g.at[l.B]
		g.edges = append(g.edges, [2]int{a, b})
		g.of[a] = append(g.of[a], i)
		g.of[b] = append(g.of[b], i)
	}
	return g
}

// components lists the entities that are joined, each list in order, and the
// lists by their first.
func (g *graph) components() [][]sightline.EntityID {
	seen := make([]bool, len(g.ids))
	var out [][]sightline.EntityID
	for i := range g.ids {
		if seen[i] {
			continue
		}
		seen[i] = true
		queue := []int{i}
		var members []sightline.EntityID
		for len(queue) > 0 {
			v := queue[0]
			queue = queue[1:]
			members = append(members, g.ids[v])
			for _, e := range g.of[v] {
				if w := g.other(e, v); !seen[w] {
					seen[w] = true
					queue = append(queue, w)
				}
			}
		}
		slices.SortFunc(members, sightline.EntityID.Compare)
		out = append(out, members)
	}
	return out
}

func (g *graph) other(edge, v int) int { return g.edges[edge][0] + g.edges[edge][1] - v }

// between lists the edges that lie on some way without a detour from one entity
// to another: those in one block (Hopcroft and Tarjan 1973) with an edge drawn
// between the two.
func (g *graph) between(a, b sightline.EntityID) []int {
	s, ok := g.at[a]
	t, is := g.at[b]
	if !ok || !is || s == t {
		return nil
	}
	drawn := len(g.edges)
	order := make([]int, len(g.ids)) // in which entities are reached, from 1
	low := make([]int, len(g.ids))
	next := 0
	var stack, block []int
	ends := func(e, v int) int {
		if e == drawn {
			return s + t - v
		}
		return g.other(e, v)
	}
	var visit func(v, from int)
	visit = func(v, from int) {
		next++
		order[v], low[v] = next, next
		edges := g.of[v]
		if v == s || v == t {
			edges = append(slices.Clone(edges), drawn)
		}
		for _, e := range edges {
			w := ends(e, v)
			switch {
			case e == from:
			case order[w] == 0:
				stack = append(stack, e)
				visit(w, e)
				low[v] = min(low[v], low[w])
				if low[w] < order[v] {
					continue
				}
				// What was put on the stack since is a block.
				i := len(stack) - 1
				for stack[i] != e {
					i--
				}
				if slices.Contains(stack[i:], drawn) {
					block = slices.Clone(stack[i:])
				}
				stack = stack[:i]
			case order[w] < order[v]:
				stack = append(stack, e)
				low[v] = min(low[v], order[w])
			}
		}
	}
	visit(s, -1)
	block = slices.DeleteFunc(block, func(e int) bool { return e == drawn })
	slices.Sort(block)
	return block
}
