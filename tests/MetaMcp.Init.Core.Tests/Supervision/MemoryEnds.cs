namespace MetaMcp.Init.Core.Tests.Supervision;

/// <summary>The exception that the runtime throws if there is no memory.</summary>
internal static class MemoryEnds
{
#pragma warning disable CA2201 // It stands for the runtime's own.
    public static OutOfMemoryException Here => new();
#pragma warning restore CA2201
}
