// Package chart draws figures: plain values in, SVG and PNG out. No other package
// imports go-chart.
//
// A Figure is a value that contains what is shown: Lines, Bars, Columns, Shares, Dots,
// Clock. A Drawer has the face and draws a Figure in two forms by the same code:
//
//	Figure -> canvas (logical pixels, roles instead of colors)
//	       -> svgRenderer: well-formed and escaped, without style attributes, so that
//	          it can be part of a page with a strict content security policy and
//	          follow the theme of the page by class
//	       -> raster renderer of go-chart: PNG, for mail
//
// go-chart draws the lines through these renderers; what it cannot draw (horizontal
// bars, dots on a logarithmic axis, heat maps, bands of incidents) is drawn on the same
// canvas. This package also has all guards that go-chart needs: explicit ranges, ticks
// in the zone of the report, series split at gaps, hidden axes, text without control
// and bidirectional characters and cut to its place, and lines reduced to the pixels.
//
// Every Figure has a Table with the same values, for readers who cannot see the figure
// or want its numbers. No meaning is in color alone: lines differ by dashes, states by
// words or shapes.
//
// The same Figure gives the same bytes.
package chart
