namespace MetaMcp.Init.Linux;

/// <summary>
/// What C calls this, where that is not the name here: <c>struct pollfd</c> for a structure that has no typedef, or an
/// expression for a constant.
/// </summary>
/// <param name="name">A type or an expression of C.</param>
[AttributeUsage(AttributeTargets.Struct | AttributeTargets.Field | AttributeTargets.Method)]
internal sealed class CNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;

    /// <summary>The compiler's macro for the only processor this is true of, <c>__x86_64__</c>; null for all.</summary>
    public string? OnlyOn { get; init; }
}
