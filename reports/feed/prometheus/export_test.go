package prometheus

// Decode is what the fuzz test reads answers with.
var Decode = decode
