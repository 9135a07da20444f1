using System.Runtime.InteropServices;
using System.Text;

namespace MetaMcp.Init.Spawning;

/// <summary>A null-terminated vector of C strings in one block of native memory, as <c>execve</c> takes it.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private byte** block;

    public NativeStrings(ReadOnlySpan<string> strings)
    {
        var bytes = 0;
        foreach (var text in strings)
            bytes += Encoding.UTF8.GetByteCount(text) + 1;
        var vector = (strings.Length + 1) * sizeof(byte*);
        block = (byte**)NativeMemory.Alloc((nuint)(vector + bytes));
        var at = (byte*)block + vector;
        for (var i = 0; i < strings.Length; i++)
        {
            block[i] = at;
            var written = Encoding.UTF8.GetBytes(strings[i], new Span<byte>(at, bytes));
            at[written] = 0;
            at += written + 1;
            bytes -= written + 1;
        }
        block[strings.Length] = null;
    }

    public byte** Pointer => block;

    public void Dispose()
    {
        NativeMemory.Free(block);
        block = null;
    }
}
