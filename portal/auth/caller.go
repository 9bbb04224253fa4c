package auth

import "context"

// callerKey is the context key of the caller.
type callerKey struct{}

// WithCaller returns a context with the principal that was authorized for a request.
func WithCaller(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, callerKey{}, p)
}

// Caller returns the principal of a request, and the zero Principal, which may do
// nothing, without one.
func Caller(ctx context.Context) Principal {
	p, _ := ctx.Value(callerKey{}).(Principal)
	return p
}
