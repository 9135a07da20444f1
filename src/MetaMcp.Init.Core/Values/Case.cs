namespace MetaMcp.Init.Core.Values;

/// <summary>
/// The root of the sum types: an abstract record whose cases are nested in it. The compiler's code to show each case with all its
/// members is as large as a tenth of our own code, and only tests and debuggers show one; in a release a case shows its name only.
/// </summary>
public abstract record Case
{
#if !DEBUG
    public sealed override string ToString() => GetType().Name;
#endif
}
