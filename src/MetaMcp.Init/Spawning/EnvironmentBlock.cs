using System.Runtime.InteropServices;
using System.Text;

namespace MetaMcp.Init.Spawning;

/// <summary>
/// The environment of a child: our own, byte for byte, with some variables replaced. The replaced values come from the file;
/// inherited variables are passed on by pointer and never decoded.
/// </summary>
internal sealed unsafe class EnvironmentBlock : IDisposable
{
    private readonly NativeStrings _own;
    private byte** _block;

    /// <param name="set">Name and value; replaces the inherited value of that name.</param>
    public EnvironmentBlock(IReadOnlyCollection<KeyValuePair<string, string>> set)
    {
        var own = new List<string>(set.Count);
        var names = new List<byte[]>(set.Count);
        foreach (var (name, value) in set)
        {
            own.Add($"{name}={value}");
            names.Add(Encoding.UTF8.GetBytes(name + "="));
        }
        var inherited = new List<nint>();
        for (var at = StartArguments.Environment; *at != null; at++)
        {
            var entry = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*at);
            if (!IsSet(entry, names))
                inherited.Add((nint)(*at));
        }
        _own = new NativeStrings(CollectionsMarshal.AsSpan(own));
        _block = (byte**)NativeMemory.Alloc((nuint)(inherited.Count + own.Count + 1), (nuint)sizeof(byte*));
        var count = 0;
        foreach (var entry in inherited)
            _block[count++] = (byte*)entry;
        for (var i = 0; i < own.Count; i++)
            _block[count++] = _own.Pointer[i];
        _block[count] = null;
    }

    public byte** Pointer => _block;

    public void Dispose()
    {
        _own.Dispose();
        NativeMemory.Free(_block);
        _block = null;
    }

    private static bool IsSet(ReadOnlySpan<byte> entry, List<byte[]> names)
    {
        foreach (var name in names)
            if (entry.StartsWith(name))
                return true;
        return false;
    }
}
