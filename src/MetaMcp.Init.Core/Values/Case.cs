namespace MetaMcp.Init.Core.Values;

/// <summary>
/// The root of the sum types: an abstract record whose cases are nested in it. What the compiler writes for each case so
/// that it can be shown with all its members is a tenth of our own code, and only tests and debuggers show one; a release
/// says which case it is.
/// </summary>
public abstract record Case
{
#if !DEBUG
    public sealed override string ToString() => GetType().Name;
#endif
}
