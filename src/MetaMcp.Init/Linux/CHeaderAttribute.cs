namespace MetaMcp.Init.Linux;

/// <summary>
/// The C header that declares the imports of this part of <see cref="Libc"/>. A test includes every header named so and lets the C
/// compiler compare each constant, each structure, and the shape of each function with its own.
/// </summary>
/// <param name="header">As in an <c>#include</c>: <c>sys/epoll.h</c>.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class CHeaderAttribute(string header) : Attribute
{
    public string Header { get; } = header;
}
