using System.Buffers.Binary;
using System.Text;

namespace MetaMcp.Init.Core.KernelText;

/// <summary>The kind of program that runs a file which does not run by itself.</summary>
public enum InterpreterKind
{
    /// <summary>The interpreter in the <c>#!</c> line of a script.</summary>
    Script,

    /// <summary>The dynamic loader that an ELF header names (PT_INTERP).</summary>
    Loader,
}

/// <summary>
/// The beginning of an executable file, as the kernel's <c>execve</c> looks at it (<c>man 2 execve</c>, <c>man 5 elf</c>): the only way to
/// learn that it was not the file itself that was not found.
/// </summary>
public static class ProgramHead
{
    /// <summary>Enough of a file: loaders' names stand right behind the program headers.</summary>
    public const int Size = 4096;

    /// <summary>The kernel looks at no more of a first line.</summary>
    private const int LongestLine = 256;

    private const uint InterpreterHeader = 3;

    /// <param name="head">At most <see cref="Size"/> bytes from the start of the file.</param>
    /// <param name="kind">The kind of interpreter that the path names.</param>
    /// <returns>A path, byte by byte (Latin-1); null if the file names none, or none that can be parsed.</returns>
    public static string? Interpreter(ReadOnlySpan<byte> head, out InterpreterKind kind)
    {
        kind = head.StartsWith("#!"u8) ? InterpreterKind.Script : InterpreterKind.Loader;
        var path = kind == InterpreterKind.Script ? OfScript(head[2..Math.Min(head.Length, LongestLine)])
            : head.StartsWith("\u007fELF"u8) ? OfElf(head)
            : [];
        return path.IsEmpty ? null : Encoding.Latin1.GetString(path);
    }

    private static ReadOnlySpan<byte> OfScript(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        var line = (end < 0 ? text : text[..end]).Trim(" \t"u8);
        var blank = line.IndexOfAny((byte)' ', (byte)'\t');
        return blank < 0 ? line : line[..blank];
    }

    private static ReadOnlySpan<byte> OfElf(ReadOnlySpan<byte> head)
    {
        // EI_CLASS 2 is 64 bits, EI_DATA 1 little-endian, as this processor is.
        if (head.Length < 64 || head[5] != 1)
            return [];
        var is64 = head[4] == 2;
        var table = is64 ? BinaryPrimitives.ReadUInt64LittleEndian(head[32..]) : BinaryPrimitives.ReadUInt32LittleEndian(head[28..]);
        var size = BinaryPrimitives.ReadUInt16LittleEndian(head[(is64 ? 54 : 42)..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(head[(is64 ? 56 : 44)..]);
        for (var i = 0; i < count && size >= (is64 ? 56 : 32); i++)
        {
            var at = table + ((ulong)i * size);
            if (at >= (ulong)head.Length || (ulong)head.Length - at < size)
                return [];
            var entry = head.Slice((int)at, size);
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry) != InterpreterHeader)
                continue;
            var offset = is64 ? BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
            if (offset >= (ulong)head.Length)
                return [];
            var name = head[(int)offset..];
            var end = name.IndexOf((byte)0);
            return end < 0 ? [] : name[..end];
        }
        return [];
    }
}
