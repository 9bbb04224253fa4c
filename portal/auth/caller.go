package auth

import "context"

type callerKey struct{}

// WithCaller notes who was admitted to a request, for handlers that are asked by
// the one who admitted.
func WithCaller(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, callerKey{}, p)
}

// Caller is who was admitted to a request. Without a note it is nobody, who may do
// nothing.
func Caller(ctx context.Context) Principal {
	p, _ := ctx.Value(callerKey{}).(Principal)
	return p
}
