namespace MetaMcp.Init.Linux;

/// <summary>
/// The C header that declares what this part of <see cref="Libc"/> imports. A test includes every header named so and has
/// the C compiler compare each constant and each structure, and the shape of each function, with its own.
/// </summary>
/// <param name="header">As in an <c>#include</c>: <c>sys/epoll.h</c>.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class CHeaderAttribute(string header) : Attribute
{
    public string Header { get; } = header;
}
