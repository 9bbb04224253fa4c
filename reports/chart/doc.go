// Package chart owns drawing: plain values in, SVG and PNG out. It is the one
// place that imports go-chart.
//
// A Figure is a value that says what is shown: Lines, Bars, Columns, Shares,
// Dots, Clock. A Drawer holds the face and draws a Figure in two forms from one
// piece of code:
//
//	Figure -> canvas (logical pixels, roles instead of colours)
//	       -> svgRenderer: ours, well-formed, escaped, no style attributes, so
//	          that it may stand in a page with a strict content security policy
//	          and follow the page's theme by class
//	       -> go-chart's raster renderer: PNG, for mail
//
// Lines are go-chart's own, drawn through these renderers; what go-chart cannot
// draw (horizontal bars, dots on a log axis, heat, bands of incidents) is drawn
// on the same canvas. The guards that go-chart needs are all here: explicit
// ranges, our own ticks in the report's zone, series split at gaps, no axis of
// its own, text cleaned of control and bidirectional characters and cut to its
// place, points reduced to the pixels before drawing.
//
// Every Figure has a Table with the same values: who cannot see the drawing, or
// wants the numbers, reads that. Meaning is never carried by colour alone: lines
// differ by dashes, states by words or shapes.
//
// The same Figure gives the same bytes.
package chart
