from nenrin.cli import main

main()
