package chart

import "github.com/postern/postern/portal/base/humanize"

// xy is a point of a line. Its unit depends on the step of drawing.
type xy struct{ x, y float64 }

// reduce returns the points of a line that can be seen: the first, lowest, highest and
// last point of each column of pixels, in order. A spike of one point stays visible.
// points must be in the order of x. At most four points a column remain; fewer points
// than that are returned as they are.
func reduce(points []xy, low, high float64, columns int) []xy {
	const each = 4 // points of a column
	if len(points) <= each*columns || high <= low {
		return points
	}
	out := make([]xy, 0, each*columns)
	column := func(p xy) int { return int((p.x - low) / (high - low) * float64(columns)) }
	for i := 0; i < len(points); {
		j, lowest, highest := i, i, i
		for ; j < len(points) && column(points[j]) == column(points[i]); j++ {
			if points[j].y < points[lowest].y {
				lowest = j
			}
			if points[j].y > points[highest].y {
				highest = j
			}
		}
		last := -1
		// The extremes in the order in which they occur; one that is also the first or
		// last point is not repeated.
		for _, k := range [each]int{i, min(lowest, highest), max(lowest, highest), j - 1} {
			if k > last {
				out, last = append(out, points[k]), k
			}
		}
		i = j
	}
	return out
}

// split cuts a line at values that are not finite, and where the next point is more than
// maxGap away (0: no limit): a line over a gap would show measurements that do not exist.
func split(points []xy, maxGap float64) [][]xy {
	var out [][]xy
	var run []xy
	for _, p := range points {
		if !humanize.Finite(p.y) || !humanize.Finite(p.x) {
			if len(run) > 0 {
				out = append(out, run)
			}
			run = nil
			continue
		}
		// The tolerance is for times that were converted to float64.
		if len(run) > 0 && maxGap > 0 && p.x-run[len(run)-1].x > maxGap*1.001 {
			out, run = append(out, run), nil
		}
		run = append(run, p)
	}
	if len(run) > 0 {
		out = append(out, run)
	}
	return out
}

// stepped returns a line of horizontal and vertical steps: a value holds until the next
// one. The result has up to twice as many points.
func stepped(points []xy) []xy {
	out := make([]xy, 0, 2*len(points))
	for i, p := range points {
		if i > 0 {
			out = append(out, xy{p.x, points[i-1].y})
		}
		out = append(out, p)
	}
	return out
}
