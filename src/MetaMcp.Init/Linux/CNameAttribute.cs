namespace MetaMcp.Init.Linux;

/// <summary>
/// The name in C, if it differs from the name here: <c>struct pollfd</c> for a structure that has no typedef, or an expression for a
/// constant.
/// </summary>
/// <param name="name">A type or an expression of C.</param>
[AttributeUsage(AttributeTargets.Struct | AttributeTargets.Field | AttributeTargets.Method)]
internal sealed class CNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;

    /// <summary>The compiler's macro for the only processor that has it, <c>__x86_64__</c>; null for all.</summary>
    public string? OnlyOn { get; init; }
}
