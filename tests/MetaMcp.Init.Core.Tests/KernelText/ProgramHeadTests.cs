using System.Buffers.Binary;
using System.Text;
using CsCheck;
using MetaMcp.Init.Core.KernelText;

namespace MetaMcp.Init.Core.Tests.KernelText;

public sealed class ProgramHeadTests
{
    [Theory]
    [InlineData("#!/bin/sh\necho", "/bin/sh")]
    [InlineData("#! \t/usr/bin/env -S node --x\n", "/usr/bin/env")]
    [InlineData("#!/bin/sh", "/bin/sh")]
    [InlineData("#!/bin/sh\r\n", "/bin/sh\r")]
    [InlineData("#!\n/bin/sh", null)]
    [InlineData("#!", null)]
    [InlineData("echo\n#!/bin/sh", null)]
    [InlineData("", null)]
    public void A_script_names_its_interpreter(string text, string? path)
    {
        Assert.Equal(path, ProgramHead.Interpreter(Encoding.Latin1.GetBytes(text), out var kind));
        if (path is not null)
            Assert.Equal(InterpreterKind.Script, kind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_program_names_its_loader_in_either_width(bool is64)
    {
        Assert.Equal("/lib/ld-musl-x86_64.so.1", ProgramHead.Interpreter(Elf(is64), out var kind));
        Assert.Equal(InterpreterKind.Loader, kind);
    }

    [Fact]
    public void The_programs_of_this_machine_are_understood()
    {
        // /bin/sh is linked dynamically on every machine that runs these tests.
        var head = File.ReadAllBytes("/bin/sh").AsSpan(0, ProgramHead.Size);
        Assert.True(File.Exists(ProgramHead.Interpreter(head, out _)));
    }

    [Fact]
    public void Whatever_stands_there_nothing_is_thrown()
    {
        Gen.Byte.Array[0, 300].Sample(bytes => ProgramHead.Interpreter(bytes, out _));
        Gen.Select(Gen.Bool, Gen.Int[0, 200], Gen.Byte, Gen.Int[0, 200]).Sample((is64, at, value, length) =>
        {
            var elf = Elf(is64);
            elf[at] = value;
            _ = ProgramHead.Interpreter(elf.AsSpan(0, Math.Min(length, elf.Length)), out _);
            _ = ProgramHead.Interpreter(elf, out _);
        });
    }

    /// <summary>A header with two entries, of which the second is the loader.</summary>
    private static byte[] Elf(bool is64)
    {
        var elf = new byte[300];
        "\u007fELF"u8.CopyTo(elf);
        (elf[4], elf[5]) = ((byte)(is64 ? 2 : 1), 1);
        var (table, size) = is64 ? (64, 56) : (52, 32);
        elf[is64 ? 32 : 28] = (byte)table;
        elf[is64 ? 54 : 42] = (byte)size;
        elf[is64 ? 56 : 44] = 2;
        BinaryPrimitives.WriteInt32LittleEndian(elf.AsSpan(table), 6);
        BinaryPrimitives.WriteInt32LittleEndian(elf.AsSpan(table + size), 3);
        BinaryPrimitives.WriteInt32LittleEndian(elf.AsSpan(table + size + (is64 ? 8 : 4)), 200);
        "/lib/ld-musl-x86_64.so.1\0"u8.CopyTo(elf.AsSpan(200));
        return elf;
    }
}
