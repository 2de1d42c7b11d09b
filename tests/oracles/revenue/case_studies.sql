select null
